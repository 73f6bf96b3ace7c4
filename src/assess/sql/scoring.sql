-- 七、计分 Scoring：状态 → 可得分 → 指标得分 → 维度 → 总分 → 加分 → 否决 → 等次 → 名次

-- 指标状态；relative 与同组最优比较，全组为零即不适用
-- (status of each indicator; a comparison in which the whole group has nothing does not apply)
CREATE TABLE indicator_status AS
WITH valued AS (
  SELECT v.department, d.peer_group, r.*, v.cases, v.status AS found, v.value, v.hit, v.band
  FROM indicator_values AS v
  JOIN departments AS d ON d.department = v.department
  JOIN rule_indicator AS r ON r.indicator = v.indicator
),
best AS (
  SELECT indicator, peer_group,
         fraction_greatest(fraction(0, 1), COALESCE(fraction_max(value), fraction(0, 1))) AS best
  FROM valued WHERE kind = 'relative' GROUP BY indicator, peer_group
),
judged AS (
  SELECT valued.*, best.best,
         CASE
           WHEN kind = 'veto' AND hit THEN 'vetoed'
           WHEN kind = 'veto' THEN 'clear'
           WHEN found = 'no_cases' THEN 'no_cases'
           WHEN found = 'below_minimum' THEN 'too_few_cases'
           WHEN kind = 'relative' AND best[1] <= 0 THEN 'nothing_in_group'
           ELSE 'scored'
         END AS status
  FROM valued LEFT JOIN best
    ON best.indicator = valued.indicator AND best.peer_group = valued.peer_group
)
SELECT *,
       kind NOT IN ('bonus', 'veto') AS is_scored,
       status IN ('no_cases', 'too_few_cases', 'nothing_in_group') AS is_not_applicable,
       -- 扣分项不接收重新分配的分：没有违规不能换来更多分 (deductions receive nothing)
       status = 'scored' AND kind NOT IN ('bonus', 'veto', 'deduct') AS receives
FROM judged;

-- 各维度：接收重新分配的分、待重新分配的分 (per axis: points that receive, points to spread)
CREATE TABLE axis_spread AS
WITH spread AS (
  SELECT d.department, a.axis, a.points AS axis_points,
         COALESCE(SUM(i.points) FILTER (WHERE i.receives), 0) AS receiving,
         COALESCE(SUM(i.points) FILTER (WHERE i.is_scored AND i.is_not_applicable
           AND i.not_applicable = 'redistribute'), 0) AS spreading,
         COALESCE(SUM(i.points) FILTER (WHERE i.is_scored AND i.is_not_applicable
           AND i.not_applicable = 'scale'), 0) AS scaled_away,
         COALESCE(SUM(i.points) FILTER (WHERE i.receives OR i.is_scored AND i.is_not_applicable
           AND i.not_applicable = 'zero'), 0) AS assessed
  FROM departments AS d CROSS JOIN rule_axis AS a
  LEFT JOIN indicator_status AS i ON i.department = d.department AND i.axis = a.axis
  GROUP BY d.department, a.axis, a.points
),
homeless AS (
  SELECT *,
         COALESCE(SUM(spreading) FILTER (WHERE receiving = 0) OVER department, 0) AS homeless,
         COALESCE(SUM(axis_points) FILTER (WHERE receiving > 0) OVER department, 0) AS taking
  FROM spread
  WINDOW department AS (PARTITION BY department)
)
-- 本维度内按比例增长；整个维度不适用的，按维度分值摊到其他维度
-- (receivers grow in their axis; what no axis can take goes to the others by their points)
SELECT *,
       CASE
         WHEN receiving = 0 THEN fraction(1, 1)
         WHEN taking = 0 THEN fraction(receiving + spreading, receiving)
         ELSE fraction((receiving + spreading) * taking + homeless * axis_points, receiving * taking)
       END AS factor
FROM homeless;

-- 总分系数（scale 规则）与实评分值 (factor of the policy «scale»; points that rest on cases)
CREATE TABLE department_spread AS
SELECT department, SUM(assessed) AS assessed,
       CASE WHEN p.maximum = SUM(scaled_away) THEN fraction(1, 1)
            ELSE fraction(p.maximum, p.maximum - SUM(scaled_away)) END AS scale_factor
FROM axis_spread CROSS JOIN rule_pack AS p
GROUP BY department, p.maximum;

-- 可得分：逐级舍入时，以末位为单位按最大余数分配，同余数按规则包次序，满分之和不变
-- (points available; where scores are rounded below the total they are dealt in whole units of the
-- last decimal by largest remainder, ties in the order of the pack, so that full marks stay full)
CREATE TABLE indicator_available AS
WITH exact AS (
  SELECT i.department, i.indicator, i.position, i.is_scored,
         CASE
           WHEN i.receives THEN
             fraction_product(fraction(i.points, 1), COALESCE(a.factor, fraction(1, 1)))
           WHEN i.is_not_applicable AND i.not_applicable IN ('redistribute', 'scale') THEN
             fraction(0, 1)
           ELSE fraction(i.points, 1)
         END AS exact
  FROM indicator_status AS i
  LEFT JOIN axis_spread AS a ON a.department = i.department AND a.axis = i.axis
),
total AS (
  SELECT exact.*, p.at_indicator OR p.at_axis AS is_dealt, LEAST(p.scale, 18) AS decimals,
         fraction_total(exact) FILTER (WHERE is_scored) OVER (PARTITION BY department) AS total
  FROM exact CROSS JOIN rule_pack AS p
),
pool AS (
  SELECT *, div(total[1] * CAST('1e' || decimals AS numeric), total[2]) AS pool FROM total
),
share AS (
  SELECT *,
         CASE WHEN is_scored AND total[1] > 0 THEN
           fraction_product(exact, fraction(pool * total[2], total[1]))
         ELSE fraction(0, 1) END AS share
  FROM pool
),
floor AS (
  SELECT *, div(share[1], share[2]) AS units,
         mod(share[1], share[2]) * div(common_multiple(share[2]) OVER (PARTITION BY department), share[2])
           AS rest
  FROM share
),
dealt AS (
  SELECT *,
         units + CASE
           WHEN row_number() OVER (PARTITION BY department ORDER BY rest DESC, position)
             <= pool - SUM(units) OVER (PARTITION BY department) THEN 1
           ELSE 0
         END AS dealt
  FROM floor
)
SELECT department, indicator,
       CASE WHEN is_dealt AND is_scored THEN fraction(dealt, CAST('1e' || decimals AS numeric))
            ELSE exact END AS available
FROM dealt;

-- 指标得分（加分项除外） (points of indicators, bonuses aside)
CREATE TABLE indicator_scored AS
WITH scored AS (
  SELECT i.*, a.available,
         CASE
           WHEN NOT i.is_scored THEN fraction(0, 1)
           WHEN i.is_not_applicable AND i.not_applicable = 'full' THEN a.available
           WHEN i.is_not_applicable THEN fraction(0, 1)
           WHEN i.kind = 'ratio' THEN fraction_product(a.available, i.value)
           WHEN i.kind = 'banded' THEN fraction_product(fraction(i.band, i.points), a.available)
           WHEN i.kind = 'deduct' THEN fraction_difference(a.available, fraction_least(i.value,
             fraction_least(COALESCE(fraction(i.cap, 1), a.available), a.available)))
           WHEN i.kind = 'relative' THEN
             fraction_product(fraction_quotient(i.value, i.best), a.available)
         END AS exact
  FROM indicator_status AS i
  JOIN indicator_available AS a ON a.department = i.department AND a.indicator = i.indicator
)
SELECT scored.*,
       CASE WHEN p.at_indicator THEN fraction(fraction_round(exact, p.scale, p.mode), 1)
            ELSE exact END AS counted
FROM scored CROSS JOIN rule_pack AS p;

-- 维度得分 (points of axes)
CREATE TABLE axis_results AS
WITH summed AS (
  SELECT d.department, a.position, a.axis,
         COALESCE(fraction_total(i.counted), fraction(0, 1)) AS exact,
         COALESCE(fraction_total(i.available), fraction(0, 1)) AS available,
         COALESCE(bool_or(NOT i.is_not_applicable OR i.available[1] > 0), false) AS is_applicable
  FROM departments AS d CROSS JOIN rule_axis AS a
  LEFT JOIN indicator_scored AS i
    ON i.department = d.department AND i.axis = a.axis AND i.is_scored
  GROUP BY d.department, a.position, a.axis
)
SELECT summed.*,
       CASE WHEN p.at_axis THEN fraction(fraction_round(exact, p.scale, p.mode), 1)
            ELSE exact END AS counted,
       fraction_round(exact, p.scale, p.mode) AS points
FROM summed CROSS JOIN rule_pack AS p;

-- 加分前总分 (total before bonuses)
CREATE TABLE before_bonus AS
WITH summed AS (
  SELECT a.department, s.assessed, s.scale_factor,
         fraction_product(fraction_total(a.counted), s.scale_factor) AS exact
  FROM axis_results AS a JOIN department_spread AS s ON s.department = a.department
  GROUP BY a.department, s.assessed, s.scale_factor
)
SELECT summed.*,
       CASE WHEN p.at_total THEN fraction(fraction_round(exact, p.scale, p.mode), 1)
            ELSE exact END AS counted
FROM summed CROSS JOIN rule_pack AS p;

-- 指标结果，含达到门槛的加分 (results of indicators, with bonuses whose gate is reached)
CREATE TABLE indicator_results AS
WITH gated AS (
  SELECT i.*, fraction_order(b.counted, fraction(i.gate, 1)) < 0 AS is_closed,
         fraction(COALESCE(i.cap, i.points), 1) AS bonus_cap
  FROM indicator_scored AS i JOIN before_bonus AS b ON b.department = i.department
),
scored AS (
  SELECT department, position, indicator, axis, kind, is_scored,
         CASE WHEN kind = 'bonus' AND status = 'scored' AND is_closed THEN 'gate_closed'
              ELSE status END AS status,
         cases, value, best,
         CASE WHEN kind = 'bonus' THEN bonus_cap ELSE available END AS available,
         CASE WHEN kind <> 'bonus' THEN exact
              WHEN status = 'scored' AND is_closed IS NOT TRUE THEN fraction_least(bonus_cap, value)
              ELSE fraction(0, 1) END AS exact
  FROM gated
)
SELECT scored.*,
       CASE WHEN p.at_indicator THEN fraction(fraction_round(exact, p.scale, p.mode), 1)
            ELSE exact END AS counted,
       fraction_round(exact, p.scale, p.mode) AS points
FROM scored CROSS JOIN rule_pack AS p;

-- 总分、否决、等次、名次 (total, vetoes, grade, rank)
CREATE TABLE results AS
WITH vetoes AS (
  SELECT i.department, MIN(r.score_max) AS score_max, MAX(g.position) AS grade_position,
         string_agg(i.indicator, ',' ORDER BY i.position) AS vetoes
  FROM indicator_results AS i
  JOIN rule_indicator AS r ON r.indicator = i.indicator
  LEFT JOIN rule_grade AS g ON g.grade = r.veto_grade
  WHERE i.status = 'vetoed'
  GROUP BY i.department
),
summed AS (
  SELECT d.department, d.peer_group, b.exact AS before_bonus, b.assessed, v.score_max,
         v.grade_position AS veto_position, COALESCE(v.vetoes, '') AS vetoes,
         fraction_sum(b.exact, (SELECT fraction_total(i.counted) FROM indicator_results AS i
           WHERE i.department = d.department AND i.kind = 'bonus')) AS before_veto
  FROM departments AS d
  JOIN before_bonus AS b ON b.department = d.department
  LEFT JOIN vetoes AS v ON v.department = d.department
),
capped AS (
  SELECT *, CASE WHEN score_max IS NULL THEN before_veto
                 ELSE fraction_least(before_veto, fraction(score_max, 1)) END AS exact
  FROM summed
),
counted AS (
  SELECT capped.*,
         CASE WHEN p.at_total THEN fraction(fraction_round(exact, p.scale, p.mode), 1)
              ELSE exact END AS counted,
         fraction_round(exact, p.scale, p.mode) AS total,
         CASE WHEN assessed > 0 AND assessed >= p.assessed_min THEN 'ranked'
              ELSE 'too_little_assessed' END AS standing,
         p.method, p.on_rounded, CASE WHEN p.within_group THEN peer_group ELSE '' END AS ranked_in
  FROM capped CROSS JOIN rule_pack AS p
),
graded AS (
  SELECT *,
         GREATEST(veto_position, CASE WHEN standing = 'ranked' THEN (
           SELECT MIN(g.position) FROM rule_grade AS g
           WHERE fraction_order(counted.counted, fraction(g.from_points, 1)) >= 0
         ) END) AS grade_position,
         CASE WHEN on_rounded THEN counted ELSE exact END AS compared
  FROM counted
),
keyed AS (
  SELECT *, compared[1] * div(common_multiple(compared[2]) OVER (), compared[2]) AS rank_key
  FROM graded
),
ranked AS (
  SELECT department,
         CASE method
           WHEN 'competition' THEN rank() OVER totals
           WHEN 'dense' THEN dense_rank() OVER totals
           WHEN 'ordinal' THEN row_number() OVER
             (PARTITION BY ranked_in ORDER BY rank_key DESC, department COLLATE "C")
         END AS rank,
         COUNT(*) OVER (PARTITION BY ranked_in) AS ranked
  FROM keyed WHERE standing = 'ranked'
  WINDOW totals AS (PARTITION BY ranked_in ORDER BY rank_key DESC)
)
SELECT keyed.department, keyed.peer_group, keyed.before_bonus, keyed.before_veto, keyed.exact,
       keyed.counted, keyed.total, g.grade, ranked.rank, COALESCE(ranked.ranked, 0) AS ranked_of,
       keyed.standing, keyed.vetoes
FROM keyed
LEFT JOIN rule_grade AS g ON g.position = keyed.grade_position
LEFT JOIN ranked ON ranked.department = keyed.department;
