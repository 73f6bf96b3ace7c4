-- 一、函数 Functions
-- 分数以最简的 {分子, 分母} 存放，分母为正；除 round 外处处精确。
-- A fraction is {numerator, denominator} in lowest terms, the denominator above zero; nothing is
-- rounded but by a function that says so. What cannot be computed fails and names rule and row.

-- 不能计算：报错并指明规则、原因与行 (fails; names rule, reason and row or department)
CREATE FUNCTION refuse(what text, at anyelement) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION '% (%)', what, at USING ERRCODE = 'HX001';
END $$;

CREATE FUNCTION fraction(above numeric, below numeric) RETURNS numeric[]
LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  common numeric;
BEGIN
  IF below = 0 THEN
    RAISE EXCEPTION '分母为零 (zero denominator)' USING ERRCODE = 'division_by_zero';
  END IF;
  common := gcd(above, below) * sign(below);
  RETURN ARRAY[div(above, common), div(below, common)];
END $$;

CREATE FUNCTION fraction_sum(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE plpgsql STRICT IMMUTABLE AS $$
BEGIN
  RETURN fraction(a[1] * b[2] + b[1] * a[2], a[2] * b[2]);
END $$;

CREATE FUNCTION fraction_negated(a numeric[]) RETURNS numeric[]
LANGUAGE sql STRICT IMMUTABLE AS $$ SELECT ARRAY[-a[1], a[2]] $$;

CREATE FUNCTION fraction_absolute(a numeric[]) RETURNS numeric[]
LANGUAGE sql STRICT IMMUTABLE AS $$ SELECT ARRAY[abs(a[1]), a[2]] $$;

CREATE FUNCTION fraction_difference(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE sql STRICT IMMUTABLE AS $$ SELECT fraction_sum(a, ARRAY[-b[1], b[2]]) $$;

CREATE FUNCTION fraction_product(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE plpgsql STRICT IMMUTABLE AS $$
BEGIN
  RETURN fraction(a[1] * b[1], a[2] * b[2]);
END $$;

CREATE FUNCTION fraction_quotient(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE plpgsql STRICT VOLATILE AS $$
BEGIN
  RETURN fraction(a[1] * b[2], a[2] * b[1]);
END $$;

-- −1, 0, 1: a 小于、等于、大于 b，交叉相乘比较 (by cross-multiplication)
CREATE FUNCTION fraction_order(a numeric[], b numeric[]) RETURNS integer
LANGUAGE sql STRICT IMMUTABLE AS $$ SELECT CAST(sign(a[1] * b[2] - b[1] * a[2]) AS integer) $$;

CREATE FUNCTION fraction_least(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE sql STRICT IMMUTABLE AS $$ SELECT CASE WHEN fraction_order(b, a) < 0 THEN b ELSE a END $$;

CREATE FUNCTION fraction_greatest(a numeric[], b numeric[]) RETURNS numeric[]
LANGUAGE sql STRICT IMMUTABLE AS $$ SELECT CASE WHEN fraction_order(b, a) > 0 THEN b ELSE a END $$;

-- 合计、最大、公倍数 (total, greatest, common multiple)
CREATE AGGREGATE fraction_total(numeric[]) (SFUNC = fraction_sum, STYPE = numeric[], INITCOND = '{0,1}');
CREATE AGGREGATE fraction_max(numeric[]) (SFUNC = fraction_greatest, STYPE = numeric[]);
CREATE AGGREGATE common_multiple(numeric) (SFUNC = lcm, STYPE = numeric, INITCOND = '1');

-- 舍入到若干位小数，按所列方式 (rounds to a number of decimals by the named mode)
CREATE FUNCTION fraction_round(a numeric[], decimals integer, mode text) RETURNS numeric
LANGUAGE plpgsql STRICT IMMUTABLE AS $$
DECLARE
  scaled numeric := abs(a[1]) * CAST('1e' || decimals AS numeric);
  whole numeric := div(scaled, a[2]);
  rest numeric := scaled - whole * a[2];
BEGIN
  IF rest > 0 AND (CASE mode
      WHEN 'half_up' THEN rest * 2 >= a[2]
      WHEN 'half_even' THEN rest * 2 > a[2] OR rest * 2 = a[2] AND mod(whole, 2) = 1
      WHEN 'up' THEN true
      WHEN 'floor' THEN a[1] < 0
      WHEN 'ceil' THEN a[1] > 0
      WHEN 'down' THEN false
    END)
  THEN
    whole := whole + 1;
  END IF;
  RETURN sign(a[1]) * whole * CAST('1e-' || decimals AS numeric);
END $$;

CREATE FUNCTION round_to(value numeric, decimals integer, mode text) RETURNS numeric
LANGUAGE sql STRICT VOLATILE AS $$ SELECT fraction_round(fraction(value, 1), decimals, mode) $$;

-- 引擎的数宽（128 或 64 位，含符号）：超出者为错误，不是数
-- (beyond the bits of the engine's numbers, their sign included: refused)
CREATE FUNCTION number_within(value numeric, decimals integer, bits integer, at anyelement)
RETURNS numeric LANGUAGE plpgsql STRICT VOLATILE AS $$
BEGIN
  IF abs(value) * CAST('1e' || decimals AS numeric) >= power(CAST(2 AS numeric), bits - 1) THEN
    RAISE EXCEPTION '数值超出范围 (number out of range) (%)', at
      USING ERRCODE = 'numeric_value_out_of_range';
  END IF;
  RETURN value;
END $$;

CREATE FUNCTION fraction_128(a numeric[], at anyelement) RETURNS numeric[]
LANGUAGE sql STRICT VOLATILE AS $$
  SELECT ARRAY[number_within(a[1], 0, 128, at), number_within(a[2], 0, 128, at)]
$$;

CREATE FUNCTION fraction_sum_128(a numeric[], b numeric[], at anyelement) RETURNS numeric[]
LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  common numeric := gcd(a[2], b[2]);
  above numeric := number_within(a[1] * div(b[2], common), 0, 128, at)
    + number_within(b[1] * div(a[2], common), 0, 128, at);
  below numeric := number_within(a[2] * div(b[2], common), 0, 128, at);
BEGIN
  RETURN fraction(number_within(above, 0, 128, at), below);
END $$;

CREATE FUNCTION fraction_difference_128(a numeric[], b numeric[], at anyelement) RETURNS numeric[]
LANGUAGE sql STRICT VOLATILE AS $$ SELECT fraction_sum_128(a, ARRAY[-b[1], b[2]], at) $$;

CREATE FUNCTION fraction_round_128(a numeric[], decimals integer, mode text, at anyelement)
RETURNS numeric LANGUAGE plpgsql STRICT VOLATILE AS $$
DECLARE
  power numeric := CAST('1e' || decimals AS numeric);
  refused numeric := number_within(a[1] * div(power, gcd(power, a[2])), 0, 128, at);
BEGIN
  RETURN fraction_round(a, decimals, mode);
END $$;

-- 公元 1 至 9999 年之外的日期为错误 (a date outside the years 1 to 9999 is refused)
CREATE FUNCTION add_days(start date, days numeric) RETURNS date
LANGUAGE plpgsql STRICT VOLATILE AS $$
BEGIN
  IF days NOT BETWEEN DATE '0001-01-01' - start AND DATE '9999-12-31' - start THEN
    RAISE EXCEPTION '日期超出范围 (date out of range): % + %', start, days
      USING ERRCODE = 'datetime_field_overflow';
  END IF;
  RETURN start + CAST(days AS integer);
END $$;

-- 指标种类对值的要求 (what the kinds of indicators demand of a value)
CREATE FUNCTION ratio_within_one(value numeric[], indicator text, at anyelement) RETURNS numeric[]
LANGUAGE plpgsql STRICT VOLATILE AS $$
BEGIN
  IF value[1] < 0 OR value[1] > value[2] THEN
    RAISE EXCEPTION '% 的比率不在 0 至 1 之间 (ratio not within 0..1) (%)', indicator, at
      USING ERRCODE = 'HX003';
  END IF;
  RETURN value;
END $$;

CREATE FUNCTION not_negative(value numeric[], indicator text, at anyelement) RETURNS numeric[]
LANGUAGE plpgsql STRICT VOLATILE AS $$
BEGIN
  IF value[1] < 0 THEN
    RAISE EXCEPTION '% 的扣分或加分为负 (negative deduction or bonus) (%)', indicator, at
      USING ERRCODE = 'HX003';
  END IF;
  RETURN value;
END $$;

CREATE FUNCTION judged_within(value numeric[], most numeric, indicator text, at anyelement)
RETURNS numeric[] LANGUAGE plpgsql STRICT VOLATILE AS $$
BEGIN
  IF value[1] < 0 OR value[1] > most * value[2] THEN
    RAISE EXCEPTION '% 的评定值不在 0 至 % 之间 (judgement out of range) (%)', indicator, most, at
      USING ERRCODE = 'HX003';
  END IF;
  RETURN value;
END $$;
