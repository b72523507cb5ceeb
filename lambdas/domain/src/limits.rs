//! Every bound in one place, each with its unit and its reason, so that none hides in the code that applies it.

use std::time::Duration;

/// Bytes of the largest text frame either way. API Gateway closes the connection (1009) above 32 KiB in one frame.
pub const FRAME_BYTES_MAX: usize = 32 * 1024;

/// Bytes of the largest content. Leaves 8 KiB of a frame for the envelope of a push and for that of `history`.
pub const CONTENT_BYTES_MAX: usize = 24 * 1024;

/// Levels of arrays and objects in content. Parsers of other languages give up between 100 and 1,000.
pub const CONTENT_DEPTH_MAX: usize = 64;

/// Characters of the shortest message id: 16 characters of a 64-letter alphabet are 96 bits, so that ids never meet.
pub const MESSAGE_ID_CHARACTERS_MIN: usize = 16;

/// Characters of the longest id a client may choose.
pub const ID_CHARACTERS_MAX: usize = 64;

/// Characters of a user id. Cognito's `sub` is a UUID of 36; other issuers use up to 128.
pub const USER_ID_CHARACTERS_MAX: usize = 128;

/// Characters of a display name; what is longer is cut, since a name is shown and never compared.
pub const NAME_CHARACTERS_MAX: usize = 128;

/// Characters of a connection id. API Gateway's have 16, and are documented as opaque.
pub const CONNECTION_ID_CHARACTERS_MAX: usize = 128;

/// Characters of a group name that a channel can carry. Longer ones are left out of the identity.
pub const GROUP_CHARACTERS_MAX: usize = 64;

/// Bytes of all group names joined. An authorizer's answer may have 8 KiB, the rest of it needs less than 2.
pub const GROUPS_BYTES_MAX: usize = 6 * 1024;

/// Bytes of the longest token looked at. API Gateway bears about 10 KiB of headers.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Characters of a key id (`kid`). Cognito's have 44.
pub const KEY_ID_CHARACTERS_MAX: usize = 128;

/// Bits of the smallest RSA modulus a signature is accepted from (NIST SP 800-131A).
pub const KEY_MODULUS_BITS_MIN: usize = 2048;

/// Characters of `origin_jti`, the id of the sign-in a token descends from. Cognito's is a UUID.
pub const ORIGIN_JTI_CHARACTERS_MAX: usize = 128;

/// How far the issuer's clock may be ahead of ours, for `iat`, `nbf` and `auth_time`, or behind it, for what was issued before a
/// fetch of keys; and as far may those of its own machines differ. Expiry is judged without any tolerance.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_secs(60);

/// The issuer's instants are cut to whole seconds: what it dates by one may have been up to so much later.
pub const TOKEN_TIME_STEP: Duration = Duration::from_secs(1);

/// Longest life of a token from `iat` to `exp`: Cognito's own maximum for ID and access tokens.
pub const TOKEN_LIFETIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// Age at which the issuer's keys are no longer used, whether or not they can be fetched again.
pub const KEYS_AGE_MAX: Duration = Duration::from_secs(24 * 3600);

/// Age from which the issuer's keys are fetched again while the old ones still serve.
pub const KEYS_FRESH: Duration = Duration::from_secs(12 * 3600);

/// Time between two fetches of keys, whatever came of the first: unknown key ids cost a stranger nothing to make up.
pub const KEYS_COOL_DOWN: Duration = Duration::from_secs(10);

/// Bytes of a key set. Cognito's has two keys and under 1 KiB.
pub const KEYS_BYTES_MAX: usize = 64 * 1024;

/// Attempts to append one message, each a transaction. More than this means the channel takes more than it can.
pub const APPEND_ATTEMPTS_MAX: u32 = 12;

/// Ceiling of the first pause between two attempts at an append or any other call; it doubles from attempt to attempt.
pub const ATTEMPT_PAUSE_FIRST: Duration = Duration::from_millis(20);

/// Ceiling of every later pause.
pub const ATTEMPT_PAUSE_MAX: Duration = Duration::from_millis(800);

/// When a client may come back after `unavailable`.
pub const UNAVAILABLE_RETRY: Duration = Duration::from_secs(1);

/// Characters of a room's name.
pub const ROOM_CHARACTERS_MAX: usize = 64;

/// Channels a connection may be in beside `all` and its user's. Its row holds their names and is written by every
/// heartbeat: a hundred names of usual length make it some 4 KiB, four write units.
pub const CHANNELS_PER_CONNECTION_MAX: usize = 100;

/// Connections a user can have at most, whatever a deployment decides: as many slots can be listed in one read.
pub const CONNECTIONS_PER_USER_MAX: u32 = 1000;

/// Messages a second that a deployment may accept from a connection or a user: each is up to two writes to one row, and more
/// than 1,000 a second DynamoDB does not bear of one key.
pub const MESSAGES_PER_SECOND_MAX: u32 = 500;

/// Messages that may come at once, as the time in which they may come in the long run: somebody who was offline sends what
/// they wrote meanwhile.
pub const RATE_BURST: Duration = Duration::from_secs(5);

/// How much later than its clock was read a request may reach the table, for a bucket that others empty meanwhile: a function
/// lives no longer than API Gateway waits.
pub const RATE_LATENESS_MAX: Duration = Duration::from_secs(30);

/// Refusals with `rate_limited`, beyond the messages taken meanwhile and without a pause that would have filled the bucket,
/// that a connection survives: who waits as told is taken about as often as refused.
pub const RATE_REFUSALS_MAX: u32 = 100;

/// When a client that was ended for that may come back.
pub const RATE_RETRY: Duration = Duration::from_secs(30);

/// Channels that a connection may come into a second, in the long run. Up to 200 watchers are told of each, and of its leaving.
pub const JOINS_PER_SECOND: u32 = 1;

/// Joins that may come at once, as the time in which they may come in the long run: all the channels of a connection, twice,
/// since a client subscribes to all of them on a new one.
pub const JOINS_BURST: Duration = Duration::from_secs(200);

/// Shortest time between two heartbeats that a deployment may ask for. More often they would cost more than everything else.
pub const HEARTBEAT_MIN: Duration = Duration::from_secs(60);

/// Longest time between two heartbeats. API Gateway closes a connection on which nothing was sent for 10 minutes.
pub const HEARTBEAT_MAX: Duration = Duration::from_secs(500);

/// Heartbeats that may be missed before a client is believed to be gone.
pub const LEASE_HEARTBEATS: u32 = 3;

/// How long a replaced connection still gets messages, for its client to move.
pub const REPLACED_GRACE: Duration = Duration::from_secs(60);

/// Attempts to register, each a transaction. More than this means more handshakes of one user at once than there is use for.
pub const REGISTER_ATTEMPTS_MAX: u32 = 8;

/// Attempts to join or leave a channel while other frames of the same connection do so too.
pub const MEMBERSHIP_ATTEMPTS_MAX: u32 = 10;

/// Cursors in one `ping`. Each is a head to be read, one read unit.
pub const CURSORS_MAX: usize = 20;

/// Direct channels that a `pong` names without being asked for them.
pub const DIRECT_NAMED_MAX: usize = 100;

/// Entries in one answer to `subscribe`.
pub const SUBSCRIBE_ENTRIES_MAX: usize = 100;

/// Users that `presence` lists. At 128 characters of id and name each they fit into a frame twice over, unless the names
/// are of the longest in a script of three bytes a character, and then fewer are listed.
pub const PRESENCE_USERS_MAX: usize = 200;

/// Member rows that `presence` reads at most. Who has thousands of members wants no list of them.
pub const PRESENCE_MEMBERS_MAX: usize = 2000;

/// Connections that are told who comes and goes in a channel. Beyond them `presence` answers, but nobody is told, since
/// every coming and going would be posted to everyone.
pub const PRESENCE_WATCHERS_MAX: usize = 200;

/// Members that the publishing function tells by itself. Each costs about a millisecond of it; beyond them a function per
/// shard does.
pub const INLINE_MEMBERS_MAX: usize = 200;

/// Connections asked for at once: what DynamoDB gives in one BatchGetItem.
pub const STANDINGS_MAX: usize = 100;

/// Time before an answer that could not be posted is posted once more.
pub const REPLY_PAUSE: Duration = Duration::from_millis(50);

/// Member rows that a function telling one shard reads at once: what its pace is measured by.
pub const SHARD_PAGE_ROWS: usize = 250;

/// Retries of failed posts that any fan-out may make.
pub const RETRY_FLOOR: u64 = 10;

/// Posts for which a fan-out may make one more retry: a tenth.
pub const POSTS_PER_RETRY: u64 = 10;

/// Longest telling of one shard by a function of its own, whose limit is 60 s.
pub const SHARD_FAN_OUT_MAX: Duration = Duration::from_secs(50);

/// Longest round of the sweeper, whose function may take 60 s.
pub const SWEEP_MAX: Duration = Duration::from_secs(50);

/// Connections that the sweeper ends at once.
pub const SWEEP_CONCURRENCY: usize = 16;

/// How often the sweeper looks at a connection for its lease: not in every round, each of which is a minute after the one
/// before. That is a third of the reads, for an end that comes up to three minutes later. Hard ends stand in the member rows,
/// which every round reads anyway.
pub const SWEEP_CYCLE: Duration = Duration::from_secs(240);

/// How long in each cycle a connection is due to be looked at. The 10 s above a minute are for the clock that starts the
/// rounds, so that none that it starts late leaves a connection out.
pub const SWEEP_DUE: Duration = Duration::from_secs(70);

/// Time between two attempts to end a revoked connection that may not be open yet.
pub const REVOKE_PAUSE: Duration = Duration::from_secs(2);

/// Longest revocation: the handshake's own limit and the grace after it, with something left to say so.
pub const REVOKE_MAX: Duration = Duration::from_secs(50);

/// How long a revocation is remembered: a refresh token brings tokens of the same sign-in for as long as it lasts.
pub const REVOCATION_LIFE: Duration = REFRESH_COOKIE_LIFE;

/// Posts under way at once. Each costs a socket and a few KiB; the gateway answers in about 10 ms.
pub const FAN_OUT_CONCURRENCY: usize = 64;

/// Longest fan-out of a function that answers a frame. What it leaves undone is in the log; the function's own limit is 29 s.
pub const FAN_OUT_MAX: Duration = Duration::from_secs(15);

/// Member rows read at once. A row has about 300 bytes, and DynamoDB's page 1 MiB.
pub const MEMBER_PAGE_ROWS: usize = 1000;

/// How long after registering a 410 means "not open yet" rather than "gone": the handshake's own limit is 29 s.
pub const GONE_GRACE: Duration = Duration::from_secs(30);

/// How long the tombstone of a connection makes a late `$connect` fail. A handshake ends within 30 s.
pub const TOMBSTONE_LIFE: Duration = Duration::from_secs(300);

/// Time between the end of a row's life and its deletion by TTL, so that no reader with another clock misses it.
pub const TTL_MARGIN: Duration = Duration::from_secs(3600);

/// How much longer than its entry the memory of a message id lives.
pub const SENT_LIFE_EXTRA: Duration = Duration::from_secs(3600);

/// Entries of one `history` page when the client names no limit.
pub const HISTORY_LIMIT_DEFAULT: usize = 50;

/// Entries of the largest `history` page.
pub const HISTORY_LIMIT_MAX: usize = 100;

/// Largest number JavaScript counts exactly, and so the largest sequence number: 2^53 - 1.
pub const SEQUENCE_MAX: u64 = (1 << 53) - 1;

/// Characters of a client's own field name that an error repeats.
pub const FIELD_NAME_CHARACTERS_MAX: usize = 64;

/// Shards a channel may have. One key bears 1,000 write units a second, and every shard is one more read per message.
pub const SHARDS_MAX: u32 = 64;

/// How long a channel seen to have many members is taken for large without looking.
pub const LARGE_GUESS_LIFE: Duration = Duration::from_secs(60);

/// Heads of channels remembered between invocations as a guess; about 100 bytes each.
pub const HEAD_GUESSES_MAX: usize = 1000;

/// Bytes of a cookie's name, `=` and value together: what browsers keep at least (RFC 6265, 6.1), and Chromium at most.
pub const COOKIE_BYTES_MAX: usize = 4096;

/// How long a sign-in may take, from leaving for the pool's pages to coming back.
pub const SIGN_IN_MAX: Duration = Duration::from_secs(600);

/// How long a browser keeps the refresh token: Cognito's own default for its validity.
pub const REFRESH_COOKIE_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Bytes of the path to come back to after signing in. It travels in a cookie beside three secrets.
pub const RETURN_PATH_BYTES_MAX: usize = 512;

/// Bytes of a request's body to the session endpoint, which reads none.
pub const SESSION_BODY_BYTES_MAX: usize = 4 * 1024;

/// Bytes of a query that is looked at. API Gateway bears about 10 KiB of request line and headers.
pub const QUERY_BYTES_MAX: usize = 8 * 1024;

/// Bytes of an authorization code. Cognito's have 36.
pub const CODE_BYTES_MAX: usize = 2048;

/// Characters of a user's name in the pool (`cognito:username`): Cognito's own bound.
pub const USERNAME_CHARACTERS_MAX: usize = 128;

/// Bytes of the token endpoint's answer. Cognito's three tokens have some 5 KiB together.
pub const TOKEN_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Longest ending of one sign-in when its user signs out of it, the write before included: the cookies go in any case, and the
/// function may take 10 s.
pub const SIGN_OUT_MAX: Duration = Duration::from_secs(4);

/// Longest closing of one user's connections by the session endpoint. The function may take 10 s, of which up to 2 go to
/// keys, 3 to the pool before, and 1.5 to the pool after.
pub const CLOSE_MAX: Duration = Duration::from_secs(3);
