-- A machine may read capacity on behalf of an organisation, as one of its roles would see it: partners that keep a
-- picture of their own. read_role: code of enum role, '' = reads nothing. Adapters need neither.
ALTER TABLE machine
    ADD COLUMN read_org INT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN read_role VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
