-- Who may come in. Times are milliseconds since 1970; 0 = never. org and location are ids of the engine.

-- username is stored in lower case. display_*: what colleagues see, e.g. a function; not a full name. role: code of enum role. password_hash: Argon2id text, '' = cannot sign in
-- by password.
CREATE TABLE account (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
    org INT UNSIGNED NOT NULL,
    role VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    location INT UNSIGNED NOT NULL DEFAULT 0,
    display_nl VARCHAR(63) COLLATE utf8mb4_bin NOT NULL,
    display_en VARCHAR(63) COLLATE utf8mb4_bin NOT NULL,
    password_hash VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    failed_count INT UNSIGNED NOT NULL DEFAULT 0,
    locked_until_ms BIGINT NOT NULL DEFAULT 0,
    disabled_at_ms BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    UNIQUE KEY by_username (username)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- hash: SHA-256 of the id that the browser holds; the id itself is nowhere. csrf: the token that its pages send.
CREATE TABLE session (
    hash BINARY(32) NOT NULL PRIMARY KEY,
    csrf BINARY(16) NOT NULL,
    account INT UNSIGNED NOT NULL,
    created_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    INDEX by_account (account),
    INDEX by_age (created_at_ms),
    CONSTRAINT session_account FOREIGN KEY (account) REFERENCES account (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Adapters: a client certificate is known by the SHA-256 of its public key (SPKI); two pins, so that the next
-- certificate can be announced before the old one ends.
CREATE TABLE machine (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(63) COLLATE utf8mb4_bin NOT NULL,
    pin BINARY(32) NOT NULL,
    next_pin BINARY(32) NULL,
    disabled_at_ms BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    UNIQUE KEY by_name (name),
    UNIQUE KEY by_pin (pin),
    UNIQUE KEY by_next_pin (next_pin)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The organisations a machine may report for.
CREATE TABLE machine_org (
    machine INT UNSIGNED NOT NULL,
    org INT UNSIGNED NOT NULL,
    PRIMARY KEY (machine, org),
    CONSTRAINT machine_org_machine FOREIGN KEY (machine) REFERENCES machine (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
