-- Every door of a stairwell was answered for: one outcome, as many changes, as many people living there.
, household AS (
  SELECT living.door, count(*) AS n FROM living GROUP BY living.door
)
SELECT
  jsonb_agg(
    jsonb_build_array('dwelling', door.id, door.grid_id, answer.outcome, answer.n_changed, coalesce(household.n, 0))
    ORDER BY door.walk_key, door.id
  ),
  count(*)
FROM door
LEFT JOIN answer ON answer.door = door.id
LEFT JOIN household ON household.door = door.id
WHERE door.stairwell_id IS NOT NULL
GROUP BY door.stairwell_id
HAVING count(*) >= %(doors)s
  AND count(answer.door) = count(*)
  AND count(DISTINCT (answer.outcome, answer.n_changed, coalesce(household.n, 0))) = 1
