-- 放假安排：放假日与调休上班日 (holiday notices: days off, and weekend days that are worked)
CREATE TABLE holiday_notice (day date PRIMARY KEY, is_workday boolean NOT NULL);
{notices}-- 已公布放假安排的年份 (years whose notice is published)
CREATE TABLE notice_year (year integer PRIMARY KEY);
{years}
-- 工作日历：workday 为截至当日的第几个工作日，last_day 为连续已公布年份的最后一日；
-- 每段之前另有一日，作为起算日。
-- The calendar: workday counts the working days up to the day, last_day ends the run of published
-- years; one day stands before each run, from which a term may start.
CREATE TABLE calendar AS
WITH run AS (
  SELECT min(year) AS first_year, max(year) AS last_year
  FROM (SELECT year, year - row_number() OVER (ORDER BY year) AS run FROM notice_year) AS numbered
  GROUP BY run
),
day AS (
  SELECT CAST(d.day AS date) AS day,
         EXTRACT(year FROM d.day) >= run.first_year AS is_published,
         make_date(run.last_year, 12, 31) AS last_day
  FROM run, generate_series(make_date(run.first_year, 1, 1) - INTERVAL '1 day',
                            make_date(run.last_year, 12, 31) + INTERVAL '0 day',
                            INTERVAL '1 day') AS d(day)
),
named AS (
  SELECT day.day, day.last_day, day.is_published,
         is_published AND COALESCE(n.is_workday, EXTRACT(isodow FROM day.day) < 6) AS is_workday
  FROM day LEFT JOIN holiday_notice AS n ON n.day = day.day
)
SELECT day, is_workday, last_day, is_published,
       COUNT(*) FILTER (WHERE is_workday) OVER (PARTITION BY last_day ORDER BY day) AS workday
FROM named;
