//! The small form of `npm run handshakes`: garbage is refused each time, and users come in beside it.

use tests::TestResult;
use tests::handshakes::run;

#[tokio::test]
async fn garbage_is_refused_each_time_and_users_come_in_beside_it() -> TestResult {
    let figures = run(60, 50).await?;
    println!("{figures}");
    assert!(figures.refused > 0, "{figures}");
    Ok(())
}
