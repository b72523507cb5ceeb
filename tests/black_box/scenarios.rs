//! The scenarios of `tests/scenarios` against the emulator, a test for each, so that a failing one has its name.

mod client;
mod stage;

use std::collections::BTreeSet;

use tests::TestResult;
use tests::scenario::Scenario;

macro_rules! scenarios {
    ($($name:ident)*) => {
        const PLAYED: &[&str] = &[$(stringify!($name)),*];

        $(
            #[tokio::test]
            async fn $name() -> TestResult {
                stage::play(stringify!($name)).await
            }
        )*
    };
}

scenarios! {
    a_connection_that_is_gone_is_told_so
    a_direct_channel_reaches_all_devices_of_both
    a_direct_message_to_one_who_was_away
    a_group_is_for_its_members
    a_heartbeat_tells_time_end_and_name
    a_lost_push_is_found_by_a_heartbeat
    a_lost_push_is_found_by_the_next_one
    a_retry_after_a_killed_function
    a_room_is_joined_and_left
    a_stored_message_is_acknowledged_without_a_subscription
    an_order_of_the_back_end_twice
    aut_01_what_a_room_asks_of_whom
    aut_03_forbidden_says_nothing_of_what_exists
    aut_03_only_an_own_connection_is_replaced
    aut_04_removed_means_removed
    aut_05_two_tabs_and_one_signs_out
    aut_06_nothing_after_the_token_ended
    aut_08_signing_out_everywhere
    aut_08_the_back_end_ends_one_sign_in
    aut_08_the_back_end_sends_a_user_away
    channels_from_the_start_cannot_be_left
    history_makes_nobody_a_member
    lif_02_disconnect_twice_late_and_for_nobody
    msg_10_a_retry_in_parallel
    msg_10_a_retry_on_another_connection
    msg_10_ids_of_other_users_are_other_ids
    msg_10_without_an_id_every_sending_is_a_message
    msg_11_another_content_under_the_same_id
    msg_12_frames_at_the_wrong_time
    msg_14_cursors_where_nothing_was_ever_published
    msg_14_cursors_where_something_is_kept
    orders_that_are_refused
    presence_is_of_users_and_not_of_devices
    presence_left_when_somebody_is_cut_off
    presence_of_everybody
    rat_03_as_many_connections_as_allowed
    replacing_at_the_cap
    replacing_the_same_connection_again
    rooms_are_apart_and_each_connection_is_a_member_of_its_own
    sending_is_acknowledged_and_pushed
    signals_are_passed_on_and_not_kept
    subscribing_again_has_no_second_effect
    sweeping_leaves_the_living_alone
    the_back_end_publishes_everywhere
    the_back_end_pushes_to_a_user
}

#[test]
fn every_scenario_is_played() -> TestResult {
    let played: BTreeSet<&str> = PLAYED.iter().copied().collect();
    let names = Scenario::names()?;
    let there: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(there, played, "a scenario has a line in the list above");
    Ok(())
}
