-- In a database of its own, which the ordinary database user cannot read. Each field is sealed by itself
-- (broker/store/sealed_location.h); '' = not known.
CREATE TABLE sealed_location (
    location INT UNSIGNED NOT NULL PRIMARY KEY,
    address VARBINARY(512) NOT NULL,
    phone VARBINARY(256) NOT NULL,
    night_phone VARBINARY(256) NOT NULL,
    meeting_point VARBINARY(1024) NOT NULL,
    directions VARBINARY(2048) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
