-- Somebody was met, or reached by telephone; the register links nobody to the door, not even by registration.
SELECT jsonb_build_array(jsonb_build_array('dwelling', door.id, door.grid_id, answer."on", answer.outcome)), 1
FROM door
JOIN answer ON answer.door = door.id
WHERE answer.reached
  AND door.usage NOT IN ('business', 'other')
  AND NOT EXISTS (
    SELECT FROM registry_residence link WHERE link.dwelling_id = door.id AND link.to_on IS NULL
  )
