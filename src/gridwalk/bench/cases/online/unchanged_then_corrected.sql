-- “No change”, and soon after another source said otherwise of the door or its people, and was followed.
SELECT
  jsonb_build_array(
    jsonb_build_array('dwelling', door.id, door.grid_id, answer."on", string_agg(d.id::text, ' ' ORDER BY d.id))
  ),
  count(*)
FROM door
JOIN answer ON answer.door = door.id
JOIN record ON record.door = door.id
JOIN registry_difference d ON d.entity = record.id AND d.state = 'accepted' AND d.source NOT IN ('visit', 'check')
WHERE answer.unchanged
  AND (d.created_at AT TIME ZONE %(zone)s)::date - answer."on" BETWEEN 1 AND %(days)s
GROUP BY door.id, door.grid_id, answer."on"
HAVING count(*) >= %(facts)s
