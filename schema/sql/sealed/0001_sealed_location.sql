-- In a database of its own, which the ordinary database user cannot read. Each field is sealed by itself
-- (broker/store/sealed_location.h); '' = not known.
CREATE TABLE sealed_location (
    location INT UNSIGNED NOT NULL PRIMARY KEY,
    address VARBINARY(512) NOT NULL,
    night_number VARBINARY(256) NOT NULL,
    meeting_point VARBINARY(512) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
