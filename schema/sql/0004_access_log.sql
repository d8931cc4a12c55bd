-- Who looked at what, on what ground: a chain. hash = SHA-256 of prev_hash and of all other columns in their
-- canonical form (broker/store/access_log.h); prev_hash of row 1 is 32 zero bytes. id is made by the broker
-- before its first attempt, so a repeated insert cannot log twice. event says what kind of id object is
-- ("referral.read": a referral). No address of a machine, no name, nothing of the client.
CREATE TABLE access_log (
    seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    id BINARY(16) NOT NULL,
    at_ms BIGINT NOT NULL,
    event VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    refused TINYINT UNSIGNED NOT NULL,
    object BIGINT UNSIGNED NOT NULL,
    account INT UNSIGNED NOT NULL,
    org INT UNSIGNED NOT NULL,
    role VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    ground VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    prev_hash BINARY(32) NOT NULL,
    hash BINARY(32) NOT NULL,
    UNIQUE KEY by_id (id),
    INDEX by_object (event, object),
    INDEX by_account (account, at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
