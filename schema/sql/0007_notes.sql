-- Ciphertexts of handover notes, as the sender's browser made them: a libsodium sealed box to a key whose private half
-- the broker does not have. What a note is about, for whom and how long it is kept is in the journal; here it is found
-- by its locker, which is drawn from the sender's Idempotency-Key, so that a repeated write lands in the same place.
-- Not in the journal, because a journal is kept and a note is not.
CREATE TABLE note_ciphertext (
    locker BINARY(16) NOT NULL PRIMARY KEY,
    stored_at_ms BIGINT NOT NULL,
    sealed VARBINARY(16432) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
