//! The small form of `npm run handshakes`: garbage is refused each time, and users come in beside it.

use tests::TestResult;
use tests::handshakes::run;

#[tokio::test]
async fn rat_06_a_flood_of_handshakes_without_tokens_keeps_no_user_out() -> TestResult {
    let figures = run(60, 50).await?;
    println!("{figures}");
    assert!(figures.refused > 0, "{figures}");
    Ok(())
}
