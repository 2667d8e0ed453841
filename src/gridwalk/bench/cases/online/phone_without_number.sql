-- Verified by telephone; neither who lives there nor the owner has a number on record.
SELECT
  jsonb_build_array(jsonb_build_array('dwelling', door.id, door.grid_id, answer."on"))
    || jsonb_agg(jsonb_build_array('person', living.id, living.grid_id, living.phone) ORDER BY living.id),
  count(*)
FROM door
JOIN answer ON answer.door = door.id
JOIN living ON living.door = door.id
WHERE answer.telephoned AND door.owner_phone_index = ''
GROUP BY door.id, door.grid_id, answer."on"
HAVING max(living.phone) = ''
