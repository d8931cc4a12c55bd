-- What was never tried goes before what failed, of each receiver too: which row that is, from the index alone.
ALTER TABLE outbox DROP INDEX by_receiver,
    ADD INDEX by_receiver (status, channel, target, location, next_at_ms, attempts, id);
