-- 一、函数 Functions, for DuckDB
-- 分数以 [分子, 分母] 存放，分母为正，不约分；超出 128 位即报错
-- (a fraction is [numerator, denominator], the denominator above zero, not reduced; what does not fit
-- 128 bits fails)

CREATE MACRO refuse(what, place) AS error(what || ' (' || CAST(place AS varchar) || ')');
CREATE MACRO number_within(value, decimals, bits, place) AS value;

-- 宏把参数原样抄写；多次用到的先算一次，否则嵌套的公式会成倍变长
-- (a macro copies its arguments; what is used more than once is computed first, as the element of a
-- list, or nested formulas would double in length at every step)
CREATE MACRO fraction(above, below) AS list_transform([[CAST(above AS hugeint), CAST(below AS hugeint)]],
  lambda p: CASE
    WHEN p[1] IS NULL OR p[2] IS NULL THEN NULL
    WHEN p[2] = 0 THEN CAST(error('zero denominator') AS hugeint[])
    ELSE [p[1] * sign(p[2]), abs(p[2])]
  END)[1];
CREATE MACRO fraction_sum(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN
  [a[1] * b[2] + b[1] * a[2], a[2] * b[2]] END;
CREATE MACRO fraction_negated(a) AS CASE WHEN a IS NOT NULL THEN [-a[1], a[2]] END;
CREATE MACRO fraction_absolute(a) AS CASE WHEN a IS NOT NULL THEN [abs(a[1]), a[2]] END;
CREATE MACRO fraction_difference(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN
  [a[1] * b[2] - b[1] * a[2], a[2] * b[2]] END;
CREATE MACRO fraction_product(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN
  [a[1] * b[1], a[2] * b[2]] END;
CREATE MACRO fraction_quotient(a, b) AS fraction(a[1] * b[2], a[2] * b[1]);
CREATE MACRO fraction_128(a, place) AS a;
CREATE MACRO fraction_sum_128(a, b, place) AS fraction_sum(a, b);
CREATE MACRO fraction_difference_128(a, b, place) AS fraction_difference(a, b);

-- −1, 0, 1: 交叉相乘比较 (by cross-multiplication)
CREATE MACRO fraction_order(a, b) AS CAST(sign(a[1] * b[2] - b[1] * a[2]) AS integer);
CREATE MACRO fraction_least(a, b) AS CASE WHEN fraction_order(b, a) < 0 THEN b ELSE a END;
CREATE MACRO fraction_greatest(a, b) AS CASE WHEN fraction_order(b, a) > 0 THEN b ELSE a END;

-- 整数部分、余数、进位 (whole part, rest, whether to go one up)
CREATE MACRO ten_to(decimals) AS CAST(power(10, decimals) AS hugeint);
CREATE MACRO goes_up(rest, below, whole, mode, negative) AS rest > 0 AND CASE mode
  WHEN 'half_up' THEN rest >= below - rest
  WHEN 'half_even' THEN rest > below - rest OR rest = below - rest AND whole % 2 = 1
  WHEN 'up' THEN true
  WHEN 'floor' THEN negative
  WHEN 'ceil' THEN NOT negative
  ELSE false
END;
CREATE MACRO rounded_units(above, below, mode, negative) AS
  above // below
  + CAST(goes_up(above % below, below, above // below, mode, negative) AS integer);
CREATE MACRO fraction_round(a, decimals, mode) AS list_transform([a],
  lambda f: CASE WHEN f IS NOT NULL THEN
    CAST(rounded_units(abs(f[1]) * ten_to(decimals), f[2], mode, f[1] < 0) * sign(f[1])
      * ten_to(12 - decimals) AS numeric(38, 0)) * CAST(0.000000000001 AS numeric(12, 12)) END)[1];
CREATE MACRO fraction_round_128(a, decimals, mode, place) AS fraction_round(a, decimals, mode);
CREATE MACRO round_to(value, decimals, mode) AS
  fraction_round(fraction(CAST(value * ten_to(12) AS hugeint), ten_to(12)), decimals, mode);

-- 指标种类对值的要求 (what the kinds of indicators demand of a value)
CREATE MACRO ratio_within_one(value, indicator, place) AS
  CASE WHEN value[1] < 0 OR value[1] > value[2]
    THEN CAST(refuse(indicator || ': ratio not within 0..1', place) AS hugeint[]) ELSE value END;
CREATE MACRO not_negative(value, indicator, place) AS
  CASE WHEN value[1] < 0
    THEN CAST(refuse(indicator || ': negative', place) AS hugeint[]) ELSE value END;
CREATE MACRO judged_within(value, most, indicator, place) AS
  CASE WHEN value[1] < 0 OR value[1] > most * value[2]
    THEN CAST(refuse(indicator || ': judgement out of range', place) AS hugeint[]) ELSE value END;

CREATE MACRO add_days(started_on, days) AS started_on + CAST(days AS integer);
