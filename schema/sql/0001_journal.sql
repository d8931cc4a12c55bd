-- The journal, its one writer, and the keys of referrals. Rows are written by broker/store/journal_maria.

-- The active broker. Every commit of rows updates this row in the same transaction, so seq is the last durable
-- row and an older epoch cannot commit. connection is the writer's, so that a take-over can disconnect a
-- writer that stopped while it holds the row. beat_at is milliseconds since 1970 by this database's clock.
CREATE TABLE writer (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    epoch BIGINT UNSIGNED NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    beat_at BIGINT NOT NULL,
    connection BIGINT UNSIGNED NOT NULL,
    CONSTRAINT one_writer CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO writer (id, epoch, seq, beat_at, connection) VALUES (1, 0, 0, 0, 0);

-- kind: order of enum event_kind in core/event.h. subject: the referral whose key seals sealed_part, 0 = none.
-- digest: fingerprint of the engine after this row, 0 = not taken here.
CREATE TABLE journal (
    seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    epoch BIGINT UNSIGNED NOT NULL,
    at_ms BIGINT NOT NULL,
    kind SMALLINT UNSIGNED NOT NULL,
    subject BIGINT UNSIGNED NOT NULL,
    clear_part MEDIUMBLOB NOT NULL,
    sealed_part MEDIUMBLOB NOT NULL,
    digest BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- wrapped: the referral's key under the master key; NULL = destroyed at destroyed_at (milliseconds since 1970).
-- key_version: id of the master that wraps it (first four bytes of wrapped).
CREATE TABLE referral_key (
    referral BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    key_version INT UNSIGNED NOT NULL,
    wrapped VARBINARY(128) NULL,
    destroyed_at BIGINT NULL,
    INDEX by_version (key_version),
    CONSTRAINT destroyed_means_gone CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
