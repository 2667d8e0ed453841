-- Answered vacant, and people live there by the register, which does not say vacant itself: that is 空房有人登记.
SELECT
  jsonb_build_array(jsonb_build_array('dwelling', door.id, door.grid_id, answer."on", door.occupancy))
    || jsonb_agg(jsonb_build_array('person', living.id, living.grid_id) ORDER BY living.id),
  count(*)
FROM door
JOIN answer ON answer.door = door.id
JOIN living ON living.door = door.id
WHERE answer.vacant AND door.occupancy <> 'vacant'
GROUP BY door.id, door.grid_id, door.occupancy, answer."on"
HAVING count(*) >= %(people)s
