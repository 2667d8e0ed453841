-- Vacant, and on a later day soon after somebody was met; nobody is on record as having come in between.
SELECT
  jsonb_build_array(jsonb_build_array('dwelling', door.id, door.grid_id, max(empty."on"), min(met."on"))),
  min(met."on" - empty."on")
FROM door
JOIN history empty ON empty.door = door.id AND empty.outcome = 'vacant_confirmed'
JOIN history met ON met.door = door.id AND met.outcome IN ('met', 'phone')
WHERE met."on" > empty."on"
  AND met."on" - empty."on" <= %(days)s
  AND NOT EXISTS (
    SELECT FROM registry_residence link
    WHERE link.dwelling_id = door.id AND link.from_on BETWEEN empty."on" AND met."on"
  )
GROUP BY door.id, door.grid_id
