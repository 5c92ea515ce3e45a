-- What must be found among all people without looking at each of them.

CREATE INDEX people_who_run_the_shop ON people (id) WHERE role = 'admin';
