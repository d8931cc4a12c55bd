-- Who looked at what, on what ground: a chain. hash = SHA-256 of prev_hash and of all other columns but id in
-- their canonical form (broker/store/access_log.h); prev_hash of row 1 is 32 zero bytes. id is made by the
-- broker before the first attempt, so a repeated insert cannot log twice. ip and request are not here: who, what,
-- when and why are; the access point is in `via` (session or machine id, never an address).
CREATE TABLE access_log (
    seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    id BINARY(16) NOT NULL,
    at_ms BIGINT NOT NULL,
    event VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    action CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    object_kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    object BIGINT UNSIGNED NOT NULL,
    account INT UNSIGNED NOT NULL,
    org INT UNSIGNED NOT NULL,
    role VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    ground VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    via VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    prev_hash BINARY(32) NOT NULL,
    hash BINARY(32) NOT NULL,
    UNIQUE KEY by_id (id),
    INDEX by_object (object_kind, object),
    INDEX by_account (account, at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
