-- What every online check starts from, over the grids of one area: its doors, what was said at each on which day, what
-- was said last, who lives there; ``record``: a door with its people. Of two visits on one day the later is the last;
-- nothing else of the hour is read. What kind of answer it is stands in columns of its own: of a column that it knows nothing
-- about the planner takes half of the rows; of a comparison it took one, and read all records again for each answer.
WITH door AS (
  SELECT id, grid_id, stairwell_id, building_id, walk_key, usage, occupancy, owner_phone_index
  FROM registry_dwelling
  WHERE status <> 'struck_off' AND grid_id BETWEEN %(first)s AND %(last)s
),
history AS (
  SELECT visit.entity AS door, visit.outcome, visit."on", visit.at, visit.n_changed
  FROM visits_visit visit
  JOIN door ON door.id = visit.entity
  WHERE visit.kind = 'dwelling' AND visit.withdrawn_at IS NULL AND visit.recheck <> 'rejected'
),
answer AS (
  SELECT DISTINCT ON (history.door)
    history.door,
    history.outcome,
    history."on",
    history.n_changed,
    history.outcome IN ('met', 'phone') AS reached,
    history.outcome IN ('met', 'phone') AND history.n_changed = 0 AS unchanged,
    history.outcome = 'phone' AS telephoned,
    history.outcome = 'vacant_confirmed' AS vacant
  FROM history
  ORDER BY history.door, history."on" DESC, history.at DESC
),
living AS (
  SELECT link.dwelling_id AS door, person.id, person.grid_id, person.phone_index AS phone, person.born_on
  FROM registry_residence link
  JOIN registry_person person ON person.id = link.person_id
  JOIN door ON door.id = link.dwelling_id
  WHERE link.to_on IS NULL AND link.kind = ANY(%(living)s) AND person.status = 'active'
),
record AS (
  SELECT door.id AS door, door.id FROM door
  UNION ALL
  SELECT living.door, living.id FROM living
)
