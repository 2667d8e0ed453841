-- “No change”, and differences about the door or who lives there that were open before that day are open still.
SELECT
  jsonb_build_array(
    jsonb_build_array('dwelling', door.id, door.grid_id, answer."on", string_agg(d.id::text, ' ' ORDER BY d.id))
  ),
  count(*)
FROM door
JOIN answer ON answer.door = door.id
JOIN record ON record.door = door.id
JOIN registry_difference d ON d.entity = record.id AND d.state = 'open'
WHERE answer.unchanged
  AND (d.created_at AT TIME ZONE %(zone)s)::date < answer."on"
GROUP BY door.id, door.grid_id, answer."on"
HAVING count(*) >= %(differences)s
