CREATE UNIQUE INDEX calendar_day ON calendar (day);
CREATE UNIQUE INDEX calendar_workday ON calendar (last_day, workday) WHERE is_workday;

-- 次日起至 ends_on 的工作日数，民法典第二百零一条：开始的当日不计入
-- (working days after starts_on up to ends_on: the day of the event does not count)
CREATE FUNCTION workdays(starts_on date, ends_on date) RETURNS numeric
LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  found numeric;
BEGIN
  IF ends_on <= starts_on THEN
    RETURN 0;
  END IF;
  SELECT e.workday - s.workday INTO found
  FROM calendar AS s JOIN calendar AS e ON e.last_day = s.last_day
  WHERE s.day = starts_on AND e.day = ends_on;
  IF found IS NULL THEN
    RAISE EXCEPTION '% 至 % 之间有未公布放假安排的年份 (a holiday notice is not published)',
      starts_on, ends_on USING ERRCODE = 'HX002';
  END IF;
  RETURN found;
END $$;

-- 起算日后第若干个工作日；不能推算时为空 (the n-th working day after; null where not published)
CREATE FUNCTION end_of_term(starts_on date, workdays numeric) RETURNS date
LANGUAGE sql STRICT STABLE AS $$
  SELECT CASE WHEN workdays = 0 THEN starts_on ELSE (
    SELECT e.day FROM calendar AS s JOIN calendar AS e ON e.last_day = s.last_day
    WHERE s.day = starts_on AND e.is_workday AND e.workday = s.workday + workdays
  ) END
$$;

-- 某日是否工作日 (whether a day is worked)
CREATE FUNCTION is_workday(asked date) RETURNS boolean
LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  found boolean;
BEGIN
  SELECT c.is_workday INTO found FROM calendar AS c WHERE c.day = asked AND c.is_published;
  IF found IS NULL THEN
    RAISE EXCEPTION '% 年的放假安排未公布 (holiday notice not published)', EXTRACT(year FROM asked)
      USING ERRCODE = 'HX002';
  END IF;
  RETURN found;
END $$;

-- 之后（负数为之前）第若干个工作日 (the n-th working day after, or before for a negative number)
CREATE FUNCTION add_workdays(start date, days numeric) RETURNS date
LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  found date := CASE WHEN days >= 0 THEN end_of_term(start, days) ELSE (
    SELECT e.day FROM calendar AS s JOIN calendar AS e ON e.last_day = s.last_day
    WHERE s.day = start - 1 AND e.is_workday AND e.workday = s.workday + days + 1
  ) END;
BEGIN
  IF found IS NULL THEN
    RAISE EXCEPTION '% 起的第 % 个工作日不能推算 (holiday notice not published)', start, days
      USING ERRCODE = 'HX002';
  END IF;
  RETURN found;
END $$;

-- 到期日：落在 {year} 年之后且放假安排未公布的，为空，必在本期之后；否则报错
-- (due date: null when it lies after {year} in a year without notice; a missing year before fails)
CREATE FUNCTION due_on(starts_on date, workdays numeric) RETURNS date
LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  found date := end_of_term(starts_on, workdays);
  missing_year numeric;
BEGIN
  IF found IS NULL THEN
    missing_year := EXTRACT(year FROM COALESCE(
      (SELECT last_day FROM calendar WHERE day = starts_on), starts_on) + 1);
    IF missing_year <= {year} THEN
      RAISE EXCEPTION '% 年的放假安排未公布 (holiday notice not published)', missing_year
        USING ERRCODE = 'HX002';
    END IF;
  END IF;
  RETURN found;
END $$;
