-- Of the people of a building whose birth date is known, too many were born on 1 January: a year was known, no day.
SELECT
  jsonb_agg(jsonb_build_array('person', living.id, living.grid_id, living.born_on) ORDER BY living.id)
    FILTER (WHERE living.new_year),
  count(*) FILTER (WHERE living.new_year)
FROM (
  SELECT living.*, to_char(living.born_on, 'MM-DD') = '01-01' AS new_year FROM living WHERE living.born_on IS NOT NULL
) living
JOIN door ON door.id = living.door
WHERE door.building_id IS NOT NULL
GROUP BY door.building_id
HAVING count(*) >= %(people)s AND 100 * count(*) FILTER (WHERE living.new_year) >= %(share)s * count(*)
