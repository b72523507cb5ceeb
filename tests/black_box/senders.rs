//! The small form of `npm run senders`: senders at once never produce a hole, a swap or a repetition.

use tests::TestResult;
use tests::senders::run;

#[tokio::test]
async fn twelve_senders_at_once_make_one_log_without_holes() -> TestResult {
    let throughput = run(12, 8).await?;
    println!("{throughput}");
    assert_eq!(throughput.messages, 96);
    Ok(())
}
