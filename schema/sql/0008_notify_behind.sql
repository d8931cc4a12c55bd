-- A receiver for whom too much waits is told later, from the journal, and holds up nobody else.

-- The first event of which this target was not told yet; 0: it goes with the cursor.
ALTER TABLE notify_target ADD COLUMN behind_from BIGINT UNSIGNED NOT NULL DEFAULT 0;

-- The first of each receiver that is due, from the index alone.
ALTER TABLE outbox ADD INDEX by_receiver (status, channel, target, location, next_at_ms, id);
