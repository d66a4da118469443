CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, tag TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
INSERT INTO item SELECT i, 'name ' || (i * 7919 % 1000), (i * 31 % 977) / 7.0, CASE i % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'green' END FROM n;
CREATE INDEX by_name ON item(name);
CREATE TABLE log(what TEXT);
CREATE TRIGGER on_delete AFTER DELETE ON item BEGIN INSERT INTO log VALUES('gone ' || old.id); END;
BEGIN; DELETE FROM item WHERE id % 97 = 0; ROLLBACK;
DELETE FROM item WHERE id % 101 = 0;
SELECT count(*), max(what) FROM log;
SELECT tag, count(*), round(avg(price), 6), group_concat(DISTINCT substr(name, 6, 1)) FROM item GROUP BY tag ORDER BY tag;
SELECT id, name, row_number() OVER (PARTITION BY tag ORDER BY price DESC, id) r FROM item ORDER BY r, id LIMIT 12;
SELECT a.id, b.id FROM item a JOIN item b ON a.name = b.name AND a.id < b.id ORDER BY a.id, b.id LIMIT 20;
SELECT json_group_array(json_object('id', id, 'tag', tag)) FROM (SELECT * FROM item WHERE name LIKE '%99%' ORDER BY id);
SELECT hex(zeroblob(2)), typeof(1.0), quote(x'00ff'), printf('%.3f|%5d|%q', 1/3.0, 42, 'it''s'), date('2024-02-29', '+1 year'), upper('straße');
UPDATE item SET price = price * 1.1 WHERE tag IS NULL;
SELECT round(total(price), 4) FROM item;
ALTER TABLE item ADD COLUMN extra DEFAULT 5;
SELECT sum(extra) FROM item;
EXPLAIN QUERY PLAN SELECT * FROM item WHERE name = 'x' AND price > 3;
SELECT * FROM nowhere;
PRAGMA integrity_check;
.mode csv
SELECT * FROM item WHERE id BETWEEN 40 AND 44;
.dump log
