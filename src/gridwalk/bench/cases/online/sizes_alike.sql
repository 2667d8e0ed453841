-- Of the households of a building that were met or called, nearly all have as many people.
, household AS (
  SELECT door.id, door.grid_id, door.walk_key, door.building_id, count(*) AS n
  FROM door
  JOIN answer ON answer.door = door.id AND answer.reached
  JOIN living ON living.door = door.id
  WHERE door.building_id IS NOT NULL
  GROUP BY door.id, door.grid_id, door.walk_key, door.building_id
),
usual AS (
  SELECT DISTINCT ON (building_id) building_id, n, count(*) AS doors, sum(count(*)) OVER (PARTITION BY building_id) AS whole
  FROM household
  GROUP BY building_id, n
  ORDER BY building_id, doors DESC, n
)
SELECT
  jsonb_agg(
    jsonb_build_array('dwelling', household.id, household.grid_id, household.n)
    ORDER BY household.walk_key, household.id
  ),
  count(*)
FROM usual
JOIN household USING (building_id, n)
WHERE usual.whole >= %(doors)s AND 100 * usual.doors >= %(share)s * usual.whole
GROUP BY building_id
