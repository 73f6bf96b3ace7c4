
-- 工作日函数 (functions over working days); 民法典第二百零一条：开始的当日不计入
CREATE MACRO workdays(started_on, ended_on) AS CASE
  WHEN started_on IS NULL OR ended_on IS NULL THEN NULL
  WHEN ended_on <= started_on THEN 0
  ELSE COALESCE((
    SELECT CAST(e.workday - s.workday AS numeric(19, 0))
    FROM calendar AS s JOIN calendar AS e ON e.last_day = s.last_day
    WHERE s.day = started_on AND e.day = ended_on
  ), CAST(refuse('holiday notice not published', ended_on) AS numeric(19, 0)))
END;
CREATE MACRO is_workday(asked) AS COALESCE((
  SELECT c.is_workday FROM calendar AS c WHERE c.day = asked AND c.is_published
), CAST(refuse('holiday notice not published', asked) AS boolean));
CREATE MACRO end_of_term(started_on, term) AS CASE WHEN term = 0 THEN started_on ELSE (
  SELECT e.day FROM calendar AS s JOIN calendar AS e ON e.last_day = s.last_day
  WHERE s.day = started_on AND e.is_workday AND e.workday = s.workday + term
) END;
CREATE MACRO add_workdays(started_on, term) AS COALESCE(
  CASE WHEN term >= 0 THEN end_of_term(started_on, term) ELSE (
    SELECT e.day FROM calendar AS s JOIN calendar AS e ON e.last_day = s.last_day
    WHERE s.day = started_on - 1 AND e.is_workday AND e.workday = s.workday + term + 1
  ) END,
  CAST(refuse('holiday notice not published', started_on) AS date));
-- 到期日：落在 {year} 年之后且放假安排未公布的，为空 (null when after {year} in a year without notice)
CREATE MACRO due_on(started_on, term) AS CASE
  WHEN term IS NULL THEN NULL
  ELSE COALESCE(end_of_term(started_on, term), CASE
    WHEN EXTRACT(year FROM COALESCE((SELECT c.last_day FROM calendar AS c WHERE c.day = started_on),
      started_on) + 1) <= {year}
    THEN CAST(refuse('holiday notice not published', started_on) AS date) END)
END;
