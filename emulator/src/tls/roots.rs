//! The certificates that this machine's programs trust, so that functions still reach the rest of the world.

use std::path::Path;

/// Where systems keep them in one file: Debian, Fedora, Alpine and macOS.
const FILES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The first file that there is (PEM); nothing where there is none.
pub(super) fn of_this_machine() -> String {
    first_of(&FILES.map(Path::new))
}

fn first_of(files: &[&Path]) -> String {
    let mut text = files
        .iter()
        .find_map(|file| std::fs::read_to_string(file).ok())
        .unwrap_or_default();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_that_is_there_counts() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("emulator-roots-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let [absent, second, third] = ["absent", "second", "third"].map(|name| folder.join(name));
        std::fs::write(&second, "roots")?;
        std::fs::write(&third, "others")?;
        assert_eq!(first_of(&[&absent, &second, &third]), "roots\n");
        assert_eq!(first_of(&[&absent]), "");
        std::fs::remove_dir_all(&folder)
    }
}
