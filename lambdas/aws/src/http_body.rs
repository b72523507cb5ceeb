//! Reads an answer's body no further than its bound.

use reqwest::Response;

/// The whole body; otherwise why not, without the address.
pub(crate) async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(format!("more than {bytes_max} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The library's error without the address, which may carry what is not to be logged.
pub(crate) fn failed(error: reqwest::Error) -> String {
    service::describe::describe(&error.without_url())
}
