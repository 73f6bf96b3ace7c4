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
           WHEN found = 'no_cases' AND kind LIKE 'judged%' THEN 'not_judged'
           WHEN found = 'no_cases' THEN 'no_cases'
           WHEN found = 'below_minimum' THEN 'too_few_cases'
           WHEN kind = 'relative' AND best[1] <= 0 THEN 'nothing_in_group'
           ELSE 'scored'
         END AS status
  FROM valued LEFT JOIN best
    ON best.indicator = valued.indicator AND best.peer_group = valued.peer_group
),
applied AS (
  SELECT *, kind NOT IN ('bonus', 'veto') AS is_scored,
         status IN ('no_cases', 'too_few_cases', 'nothing_in_group', 'not_judged') AS is_not_applicable
  FROM judged
)
SELECT *,
       -- 必须有值的，没有值即不能考核 (without a required value there is no assessment)
       CASE WHEN is_not_applicable AND not_applicable = 'required'
         THEN CAST(refuse(indicator || ': 缺少必须的值 a required value is missing', department) AS boolean)
         ELSE status = 'scored' AND rests_on_cases END AS receives
FROM applied;

-- 各维度：接收重新分配的分、待重新分配的分 (per axis: points that receive, points to spread)
CREATE TABLE axis_spread AS
WITH spread AS (
  SELECT d.department, a.axis, a.points AS axis_points, a.weight,
         COALESCE(SUM(i.points) FILTER (WHERE i.receives), 0) AS receiving,
         COALESCE(SUM(i.points) FILTER (WHERE i.is_scored AND i.is_not_applicable
           AND i.not_applicable = 'redistribute'), 0) AS spreading,
         COALESCE(SUM(i.points) FILTER (WHERE i.is_scored AND i.is_not_applicable
           AND i.not_applicable = 'scale'), 0) AS scaled_away,
         COALESCE(SUM(i.points) FILTER (WHERE i.receives OR i.is_scored AND i.is_not_applicable
           AND i.not_applicable = 'zero'), 0) AS assessed
  FROM departments AS d CROSS JOIN rule_axis AS a
  LEFT JOIN indicator_status AS i ON i.department = d.department AND i.axis = a.axis
  GROUP BY d.department, a.axis, a.points, a.weight
),
homeless AS (
  SELECT *,
         COALESCE(SUM(spreading * weight) FILTER (WHERE receiving = 0) OVER department, 0) AS homeless,
         COALESCE(SUM(axis_points) FILTER (WHERE receiving > 0) OVER department, 0) AS taking
  FROM spread
  WINDOW department AS (PARTITION BY department)
)
-- 本维度内按比例增长；整个维度不适用的，按维度分值摊到其他维度；跨维度时以总分的分计
-- (receivers grow in their axis; what an axis cannot take goes to the others by their points, counted
-- in points of the total)
SELECT *,
       CASE
         WHEN receiving = 0 THEN fraction(1, 1)
         WHEN taking = 0 OR weight = 0 THEN fraction(receiving + spreading, receiving)
         ELSE fraction((receiving + spreading) * taking * weight + homeless * axis_points,
                       receiving * taking * weight)
       END AS factor
FROM homeless;

-- 总分系数（scale 规则）与实评分值 (factor of the policy «scale»; points that rest on cases)
CREATE TABLE department_spread AS
SELECT department, SUM(assessed * weight) AS assessed,
       CASE WHEN p.maximum = SUM(scaled_away * weight) THEN fraction(1, 1)
            ELSE fraction(p.maximum, p.maximum - SUM(scaled_away * weight)) END AS scale_factor
FROM axis_spread CROSS JOIN rule_pack AS p
GROUP BY department, p.maximum;

-- 可得分：总分以下有舍入时，增长了的分值以最粗的末位为单位按最大余数分配，同余数按规则包次序，
-- 同权重的维度一起分配，满分之和不变
-- (points available; where scores are rounded below the total, points that grew are dealt in whole
-- units of the coarsest last decimal by largest remainder, ties in the order of the pack, axes of one
-- weight together, so that full marks stay full)
CREATE TABLE indicator_available AS
WITH unit AS (
  SELECT CASE WHEN MIN(scale) > 18 THEN 18 ELSE MIN(scale) END AS decimals FROM (
    SELECT round_scale AS scale FROM rule_indicator WHERE kind NOT IN ('bonus', 'veto')
    UNION ALL SELECT axis_scale FROM rule_pack
  ) AS levels
),
exact AS (
  SELECT i.department, i.indicator, i.position, i.points, i.is_scored, a.weight,
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
grown AS (
  SELECT exact.*, unit.decimals,
         is_scored AND weight IS NOT NULL AND unit.decimals IS NOT NULL
           AND fraction_order(exact, fraction(points, 1)) > 0 AS is_dealt
  FROM exact CROSS JOIN unit
),
total AS (
  SELECT *, fraction_total(exact) OVER (PARTITION BY department, weight) AS total
  FROM grown WHERE is_dealt
),
pool AS (
  SELECT *, div(total[1] * CAST('1e' || decimals AS numeric), total[2]) AS pool FROM total
),
share AS (
  SELECT *, fraction_product(exact, fraction(pool * total[2], total[1])) AS share FROM pool
),
floor AS (
  SELECT *, div(share[1], share[2]) AS units,
         mod(share[1], share[2]) * div(common_multiple(share[2])
           OVER (PARTITION BY department, weight), share[2]) AS rest
  FROM share
),
dealt AS (
  SELECT department, indicator, decimals,
         units + CASE
           WHEN row_number() OVER (PARTITION BY department, weight ORDER BY rest DESC, position)
             <= pool - SUM(units) OVER (PARTITION BY department, weight) THEN 1
           ELSE 0
         END AS dealt
  FROM floor
)
SELECT g.department, g.indicator,
       COALESCE(fraction(d.dealt, CAST('1e' || d.decimals AS numeric)), g.exact) AS available
FROM grown AS g
LEFT JOIN dealt AS d ON d.department = g.department AND d.indicator = g.indicator;

-- 单独成立的否决一经触发，其余指标均不计分 (a veto that stands alone silences all else)
CREATE TABLE silenced AS
SELECT DISTINCT department FROM indicator_status WHERE status = 'vetoed' AND veto_alone;

-- 指标得分（加分项除外） (points of indicators, bonuses aside)
CREATE TABLE indicator_scored AS
WITH final AS (
  SELECT i.*, a.available, s.department IS NOT NULL AND i.kind <> 'veto' AS is_silenced
  FROM indicator_status AS i
  JOIN indicator_available AS a ON a.department = i.department AND a.indicator = i.indicator
  LEFT JOIN silenced AS s ON s.department = i.department
),
scored AS (
  SELECT *,
         CASE
           WHEN NOT is_scored OR is_silenced THEN fraction(0, 1)
           WHEN is_not_applicable AND not_applicable = 'full' THEN available
           WHEN is_not_applicable THEN fraction(0, 1)
           WHEN kind IN ('ratio', 'judged_in_ratio') THEN fraction_product(available, value)
           WHEN kind IN ('banded', 'judged_in_points') THEN
             fraction_product(available, fraction_quotient(
               fraction_least(COALESCE(band, value), fraction(points, 1)), fraction(points, 1)))
           WHEN kind = 'deduct' THEN fraction_difference(available, fraction_least(value,
             fraction_least(COALESCE(fraction(cap, 1), available), available)))
           WHEN kind = 'relative' THEN fraction_product(fraction_quotient(value, best), available)
         END AS exact
  FROM final
)
SELECT scored.*,
       CASE WHEN round_scale IS NULL THEN exact
            ELSE fraction(fraction_round(exact, round_scale, round_mode), 1) END AS counted
FROM scored;

-- 维度得分 (points of axes)
CREATE TABLE axis_results AS
WITH summed AS (
  SELECT d.department, a.position, a.axis,
         fraction_product(fraction_total(i.counted), fraction(a.weight, 1)) AS exact,
         fraction_product(fraction_total(i.available), fraction(a.weight, 1)) AS available,
         COALESCE(bool_or(i.is_silenced OR NOT i.is_not_applicable OR i.available[1] > 0), false)
           AS is_applicable
  FROM departments AS d CROSS JOIN rule_axis AS a
  LEFT JOIN indicator_scored AS i
    ON i.department = d.department AND i.axis = a.axis AND i.is_scored
  GROUP BY d.department, a.position, a.axis, a.weight
)
SELECT summed.*,
       CASE WHEN p.axis_scale IS NULL THEN exact
            ELSE fraction(fraction_round(exact, p.axis_scale, p.axis_mode), 1) END AS counted,
       fraction_round(exact, COALESCE(p.axis_scale, p.scale), COALESCE(p.axis_mode, p.mode)) AS points
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
       CASE WHEN p.total_scale IS NULL OR NOT p.grades_on_rounded THEN exact
            ELSE fraction(fraction_round(exact, p.total_scale, p.total_mode), 1) END AS compared
FROM summed CROSS JOIN rule_pack AS p;

-- 指标结果，含达到门槛的加分 (results of indicators, with bonuses whose gate is passed)
CREATE TABLE indicator_results AS
WITH gated AS (
  SELECT i.*,
         i.kind = 'bonus' AND i.gate IS NOT NULL AND fraction_order(b.compared, fraction(i.gate, 1))
           < CASE WHEN i.gate_included THEN 0 ELSE 1 END AS is_closed,
         fraction(COALESCE(i.cap, i.points), 1) AS bonus_cap
  FROM indicator_scored AS i JOIN before_bonus AS b ON b.department = i.department
),
scored AS (
  SELECT department, position, indicator, axis, kind, is_scored, round_scale, round_mode,
         veto_grade, veto_score, veto_score_max,
         CASE WHEN is_silenced THEN 'silenced'
              WHEN kind = 'bonus' AND status = 'scored' AND is_closed THEN 'gate_closed'
              ELSE status END AS status,
         cases, value, best,
         CASE WHEN kind = 'bonus' THEN bonus_cap ELSE available END AS available,
         CASE WHEN kind <> 'bonus' THEN exact
              WHEN status = 'scored' AND NOT is_closed AND NOT is_silenced THEN
                fraction_least(bonus_cap, value)
              ELSE fraction(0, 1) END AS exact
  FROM gated
)
SELECT scored.*,
       CASE WHEN round_scale IS NULL THEN exact
            ELSE fraction(fraction_round(exact, round_scale, round_mode), 1) END AS counted,
       fraction_round(exact, COALESCE(round_scale, p.scale), COALESCE(round_mode, p.mode)) AS points
FROM scored CROSS JOIN rule_pack AS p;

-- 总分、否决、等次、名次 (total, vetoes, grade, rank)
CREATE TABLE results AS
WITH vetoes AS (
  SELECT i.department, MIN(i.veto_score) AS score, MIN(i.veto_score_max) AS score_max,
         MAX(g.position) AS grade_position,
         string_agg(i.indicator, ',' ORDER BY i.position) AS vetoes
  FROM indicator_results AS i
  LEFT JOIN rule_grade AS g ON g.grade = i.veto_grade
  WHERE i.status = 'vetoed'
  GROUP BY i.department
),
summed AS (
  SELECT d.department, d.peer_group, b.exact AS before_bonus, b.assessed, v.score, v.score_max,
         v.grade_position AS veto_position, COALESCE(v.vetoes, '') AS vetoes,
         fraction_sum(b.exact, (SELECT fraction_total(i.counted) FROM indicator_results AS i
           WHERE i.department = d.department AND i.kind = 'bonus')) AS before_veto
  FROM departments AS d
  JOIN before_bonus AS b ON b.department = d.department
  LEFT JOIN vetoes AS v ON v.department = d.department
),
capped AS (
  SELECT *, CASE WHEN score_max IS NULL THEN fixed
                 ELSE fraction_least(fixed, fraction(score_max, 1)) END AS exact
  FROM (SELECT *, COALESCE(fraction(score, 1), before_veto) AS fixed FROM summed) AS fixed
),
counted AS (
  SELECT capped.*,
         CASE WHEN p.total_scale IS NULL THEN exact
              ELSE fraction(fraction_round(exact, p.total_scale, p.total_mode), 1) END AS counted,
         fraction_round(exact, COALESCE(p.total_scale, p.scale), COALESCE(p.total_mode, p.mode))
           AS total,
         CASE WHEN assessed > 0 AND assessed >= p.assessed_min THEN 'ranked'
              ELSE 'too_little_assessed' END AS standing,
         p.method, p.on_rounded, p.grades_on_rounded,
         CASE WHEN p.within_group THEN peer_group ELSE '' END AS ranked_in
  FROM capped CROSS JOIN rule_pack AS p
),
graded AS (
  SELECT *,
         GREATEST(veto_position, CASE WHEN standing = 'ranked' THEN (
           SELECT MIN(g.position) FROM rule_grade AS g
           WHERE fraction_order(CASE WHEN grades_on_rounded THEN counted.counted
             ELSE counted.exact END, fraction(g.from_points, 1)) >= 0
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
