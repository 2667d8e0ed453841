-- Doors verified by telephone that have one number each, and all the same one.
, single AS (
  SELECT living.door, min(living.phone) AS phone
  FROM living
  JOIN answer ON answer.door = living.door
  WHERE answer.telephoned AND living.phone <> ''
  GROUP BY living.door
  HAVING min(living.phone) = max(living.phone)
)
SELECT
  jsonb_agg(
    jsonb_build_array('person', living.id, living.grid_id, living.phone, living.door) ORDER BY living.id, living.door
  ),
  count(DISTINCT living.door)
FROM single
JOIN living ON living.door = single.door AND living.phone = single.phone
GROUP BY single.phone
HAVING count(DISTINCT living.door) >= %(doors)s
