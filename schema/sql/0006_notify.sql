-- Who is told, and what still has to be told. Times are milliseconds since 1970; 0 = never. org, location, pool,
-- referral and request are ids of the engine; no word of a household is here.

-- How far the journal was turned into outbox rows. It moves in the same transaction that adds the rows. Nothing
-- of before this table is told.
CREATE TABLE notify_cursor (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    seq BIGINT UNSIGNED NOT NULL,
    CONSTRAINT one_cursor CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO notify_cursor (id, seq) SELECT 1, seq FROM writer WHERE id = 1;

-- Where messages go. org 0: every house of every shelter, for the night number only. location 0: the whole organisation.
-- address: mail address, number or URL, sealed (vault for targets, "notify_target:<name>:address"); '' = the night
-- number of the house, which stays where it is sealed. retired_at_ms: nothing goes there any more.
CREATE TABLE notify_target (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(63) COLLATE utf8mb4_bin NOT NULL,
    org INT UNSIGNED NOT NULL,
    location INT UNSIGNED NOT NULL DEFAULT 0,
    channel VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    language CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    address VARBINARY(1024) NOT NULL,
    created_at_ms BIGINT NOT NULL,
    retired_at_ms BIGINT NOT NULL DEFAULT 0,
    live TINYINT UNSIGNED AS (IF(retired_at_ms = 0, 1, NULL)) PERSISTENT,
    UNIQUE KEY by_live_name (name, live)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One message to one target. event_key: what it is about ("e<seq>" of the journal, "u<request>" not seen in time,
-- "f..." a feed, "t..." a test); with the target it is the id that receivers see, each only once. location: whose
-- night number, 0 where the target has its own address. status: 0 waiting, 1 delivered, 2 given up, 3 not needed
-- any more. trouble: a word of why the last attempt failed.
CREATE TABLE outbox (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    event_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    target INT UNSIGNED NOT NULL,
    location INT UNSIGNED NOT NULL,
    channel VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    text_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    at_ms BIGINT NOT NULL,
    org INT UNSIGNED NOT NULL,
    referral BIGINT UNSIGNED NOT NULL,
    request BIGINT UNSIGNED NOT NULL,
    pool INT UNSIGNED NOT NULL,
    attempts INT UNSIGNED NOT NULL DEFAULT 0,
    next_at_ms BIGINT NOT NULL,
    status TINYINT UNSIGNED NOT NULL DEFAULT 0,
    trouble VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    done_at_ms BIGINT NOT NULL DEFAULT 0,
    UNIQUE KEY once (event_key, target, location),
    INDEX by_due (status, channel, next_at_ms),
    INDEX by_target (status, target, id),
    INDEX by_org (org, id),
    INDEX by_end (status, done_at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
