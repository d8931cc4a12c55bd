-- Reference data: the rows of schema/codes/*.csv, a list per file, in file order. fields holds every column of
-- the row as a JSON object of texts; the columns here are those that are searched.
CREATE TABLE reference_row (
    list VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position INT UNSIGNED NOT NULL,
    code VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
    valid_from DATE NULL,
    valid_to DATE NULL,
    fields MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (list, position),
    INDEX by_code (list, code),
    CONSTRAINT fields_are_json CHECK (JSON_VALID(fields))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
