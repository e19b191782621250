-- What SQLite answers to the questions of query/QUESTIONS.md, each under its
-- words there. Columns and rows are those of the page, in its order.

-- ** setup
CREATE TABLE dau (day TEXT, app TEXT, platform TEXT, value INTEGER);
CREATE TABLE revenue (day TEXT, app TEXT, platform TEXT, value INTEGER);
CREATE TABLE requests (hour TEXT, value INTEGER);
CREATE TABLE target (month TEXT, value INTEGER);
INSERT INTO target VALUES ('2025-04', 5900000), ('2025-05', 6000000), ('2025-06', 6100000);
CREATE TABLE units (month TEXT, product TEXT, value INTEGER);
INSERT INTO units VALUES ('2025-04', 'basic', 1200), ('2025-05', 'basic', 1350), ('2025-04', 'pro', 310), ('2025-05', 'pro', 295);
CREATE TABLE price (month TEXT, product TEXT, value REAL);
INSERT INTO price VALUES ('2025-04', 'basic', 4.5), ('2025-05', 'basic', 4.25), ('2025-04', 'pro', 12), ('2025-05', 'pro', 13);
CREATE TABLE subscribers (month TEXT, cohort TEXT, value INTEGER);
INSERT INTO subscribers VALUES
  ('2025-02', '2025-02', 800), ('2025-03', '2025-02', 610), ('2025-04', '2025-02', 540), ('2025-05', '2025-02', 505),
  ('2025-03', '2025-03', 900), ('2025-04', '2025-03', 702), ('2025-05', '2025-03', 630),
  ('2025-04', '2025-04', 750), ('2025-05', '2025-04', 600);
CREATE TABLE category (app TEXT, category TEXT);
INSERT INTO category VALUES ('Alpha', 'work'), ('Delta', 'work'), ('Beta', 'leisure'), ('Gamma', 'leisure'), ('Eta', 'leisure'), ('Theta', 'leisure');
CREATE VIEW earned AS SELECT day, app, sum(value) AS value FROM revenue GROUP BY day, app;
CREATE VIEW total AS SELECT day, sum(value) AS value FROM revenue GROUP BY day;
CREATE VIEW may AS SELECT app, sum(value) AS value FROM revenue WHERE day LIKE '2025-05%' GROUP BY app;

-- ** How many people used the app each day?
SELECT day, value FROM dau WHERE app = 'Alpha' AND platform = 'app' AND day >= '2025-06-12' ORDER BY day;

-- ** Which apps have the most users?
SELECT app, avg(low), avg(high) FROM
  (SELECT app, day, max(value) AS low, sum(value) AS high FROM dau WHERE day LIKE '2025-05%' GROUP BY app, day)
  GROUP BY app ORDER BY avg(high) DESC LIMIT 3;

-- ** How many a day on average, each month, on each platform, as columns?
SELECT substr(day, 1, 7), avg(CASE platform WHEN 'app' THEN value END), avg(CASE platform WHEN 'web' THEN value END)
  FROM dau WHERE app = 'Alpha' AND day BETWEEN '2025-03-01' AND '2025-05-31' GROUP BY 1 ORDER BY 1;

-- ** What was the best day of each app?
SELECT app, value, min(day) FROM earned e
  WHERE day >= '2025' AND value = (SELECT max(value) FROM earned WHERE app = e.app AND day >= '2025')
  GROUP BY app ORDER BY app;

-- ** When did it first pass 350,000?
SELECT app, min(day) FROM dau WHERE platform = 'app' AND value >= 350000 GROUP BY app ORDER BY app;

-- ** On how many days, and on what share of them, was it above a level?
SELECT substr(day, 1, 7), sum(value > 430000), avg(value > 430000) FROM dau
  WHERE app = 'Beta' AND platform = 'app' AND day >= '2025' GROUP BY 1 ORDER BY 1;

-- ** Which is the longest run above it, and which runs were there?
WITH above AS (SELECT day, julianday(day) - row_number() OVER (ORDER BY day) AS island
    FROM dau WHERE app = 'Beta' AND platform = 'app' AND day >= '2025-05-01' AND value > 430000)
  SELECT max(n) FROM (SELECT count(*) AS n FROM above GROUP BY island);
WITH above AS (SELECT day, julianday(day) - row_number() OVER (ORDER BY day) AS island
    FROM dau WHERE app = 'Beta' AND platform = 'app' AND day >= '2025-05-01' AND value > 430000)
  SELECT min(day), max(day), count(*), CASE max(day) WHEN '2025-06-15' THEN 'true' ELSE 'false' END
  FROM above GROUP BY island ORDER BY 1;

-- ** By how much did each app grow since last month, a day for a day?
SELECT app, avg(CASE WHEN day >= '2025-05' THEN value END), avg(CASE WHEN day >= '2025-05' THEN value END) / avg(CASE WHEN day < '2025-05' THEN value END) - 1
  FROM earned WHERE day BETWEEN '2025-04-01' AND '2025-05-31' GROUP BY app ORDER BY app;

-- ** And since last year, week for week?
WITH weeks AS (SELECT (julianday(day) - julianday('2025-05-26')) / 7 AS week, value FROM earned WHERE app = 'Alpha'),
  sums AS (SELECT floor(week) AS week, sum(value) AS value FROM weeks GROUP BY 1)
  SELECT '2025-W' || CAST(now.week + 22 AS INTEGER), now.value, now.value * 1.0 / then_.value - 1
  FROM sums now JOIN sums then_ ON then_.week = now.week - 52 WHERE now.week BETWEEN 0 AND 2 ORDER BY 1;

-- ** Every app as an index, its January being 1?
SELECT app, substr(day, 1, 7), avg(value) / (SELECT avg(value) FROM dau j WHERE j.app = d.app AND platform = 'app' AND day LIKE '2025-01%')
  FROM dau d WHERE app IN ('Alpha', 'Beta') AND platform = 'app' AND day BETWEEN '2025-03-01' AND '2025-05-31'
  GROUP BY 1, 2 ORDER BY 1, 2;

-- ** What is left of each month's new subscribers, in percent?
SELECT cohort, month, value * 1.0 / (SELECT value FROM subscribers f WHERE f.cohort = s.cohort ORDER BY month LIMIT 1)
  FROM subscribers s ORDER BY cohort, month;

-- ** Which apps are new, and which are gone?
SELECT app, avg(value), NULL FROM earned e WHERE day LIKE '2025-01%'
  AND NOT EXISTS (SELECT 1 FROM earned WHERE app = e.app AND day LIKE '2024-12%') GROUP BY app ORDER BY app;
SELECT app, NULL, avg(value) FROM earned e WHERE day LIKE '2025-02%'
  AND NOT EXISTS (SELECT 1 FROM earned WHERE app = e.app AND day LIKE '2025-03%') GROUP BY app ORDER BY app;

-- ** This month so far, against the same days of last month?
SELECT app, sum(CASE WHEN day >= '2025-06' THEN value END), sum(CASE WHEN day >= '2025-06' THEN value END) * 1.0 / sum(CASE WHEN day < '2025-06' THEN value END) - 1
  FROM earned WHERE day BETWEEN '2025-05-01' AND '2025-05-15' OR day BETWEEN '2025-06-01' AND '2025-06-15' GROUP BY app ORDER BY app;

-- ** The same stretch of each year?
WITH years AS (SELECT substr(day, 1, 4) AS year, sum(value) AS value FROM earned
    WHERE app = 'Alpha' AND day >= '2024' AND substr(day, 6) <= '06-15' GROUP BY 1)
  SELECT year, value, value * 1.0 / lag(value) OVER (ORDER BY year) - 1 FROM years ORDER BY 1;

-- ** Running totals that begin anew each month?
SELECT day, value, (SELECT sum(value) FROM total s WHERE substr(s.day, 1, 7) = substr(t.day, 1, 7) AND s.day <= t.day)
  FROM total t WHERE day BETWEEN '2025-05-30' AND '2025-06-02' ORDER BY day;

-- ** The year so far, month by month?
WITH months AS (SELECT substr(day, 1, 7) AS month, sum(value) AS value FROM earned WHERE app = 'Alpha' AND day BETWEEN '2025-01-01' AND '2025-05-31' GROUP BY 1)
  SELECT month, sum(value) OVER (ORDER BY month) FROM months ORDER BY month;

-- ** Which weekdays are strong?
SELECT substr('sunmontuewedthufrisat', strftime('%w', day) * 3 + 1, 3), avg(value) FROM earned
  WHERE app = 'Alpha' AND day BETWEEN '2025-04-28' AND '2025-06-15' GROUP BY 1 ORDER BY (strftime('%w', day) + 6) % 7;

-- ** Which hours of which weekdays?
SELECT CASE strftime('%w', substr(hour, 1, 10)) WHEN '1' THEN 'mon' ELSE 'sat' END, substr(hour, 12), avg(value) FROM requests
  WHERE strftime('%w', substr(hour, 1, 10)) IN ('1', '6') AND substr(hour, 12) IN ('09', '14') GROUP BY 1, 2 ORDER BY 1, 2;

-- ** On working days alone?
SELECT substr(day, 1, 7), avg(value) FROM earned
  WHERE app = 'Alpha' AND strftime('%w', day) NOT IN ('0', '6') AND day BETWEEN '2025-03-01' AND '2025-05-31' GROUP BY 1 ORDER BY 1;

-- ** By fiscal years, which begin in April?
SELECT strftime('%Y', day, '-3 months') || '-04', sum(value) FROM revenue GROUP BY 1 ORDER BY 1;

-- ** The average of the last 28 days, each day?
SELECT day, value, (SELECT avg(value) FROM total s WHERE s.day BETWEEN date(t.day, '-27 days') AND t.day)
  FROM total t WHERE day >= '2025-06-12' ORDER BY day;

-- ** How unusual is a day, in standard deviations?
SELECT day, (value - (SELECT avg(value) FROM earned s WHERE app = 'Beta' AND s.day BETWEEN date(t.day, '-27 days') AND t.day)) /
    (SELECT sqrt((sum(value * value * 1.0) - sum(value) * 1.0 * sum(value) / count(*)) / (count(*) - 1)) FROM earned s
     WHERE app = 'Beta' AND s.day BETWEEN date(t.day, '-27 days') AND t.day)
  FROM earned t WHERE app = 'Beta' AND day BETWEEN '2024-11-27' AND '2024-11-30' ORDER BY day;

-- ** The record so far, and how far below it each day is?
SELECT day, max(value) OVER (ORDER BY day), value * 1.0 / max(value) OVER (ORDER BY day) - 1
  FROM earned WHERE app = 'Gamma' AND day BETWEEN '2025-06-01' AND '2025-06-04' ORDER BY day;

-- ** The lowest and the middle value of the last week?
SELECT day, (SELECT min(value) FROM earned s WHERE app = 'Gamma' AND s.day BETWEEN date(t.day, '-6 days') AND t.day),
    (SELECT value FROM earned s WHERE app = 'Gamma' AND s.day BETWEEN date(t.day, '-6 days') AND t.day ORDER BY value LIMIT 1 OFFSET 3)
  FROM earned t WHERE app = 'Gamma' AND day >= '2025-06-13' ORDER BY day;

-- ** What share does each have, and who is first?
SELECT app, value, value * 1.0 / sum(value) OVER (), rank() OVER (ORDER BY value DESC) FROM may ORDER BY app;

-- ** Which few apps make 80 % of it?
WITH shares AS (SELECT app, value * 1.0 / sum(value) OVER () AS share FROM may),
  running AS (SELECT app, share, sum(share) OVER (ORDER BY share DESC) AS so_far FROM shares)
  SELECT app, share, so_far FROM running WHERE so_far - share < 0.8 ORDER BY share DESC;

-- ** What is the share of the three largest?
SELECT app, (SELECT sum(value) FROM (SELECT value FROM may ORDER BY value DESC LIMIT 3)) * 1.0 / (SELECT sum(value) FROM may)
  FROM may ORDER BY value DESC LIMIT 1 OFFSET 2;

-- ** The three best, the rest, and all together?
WITH ranked AS (SELECT app, value, row_number() OVER (ORDER BY value DESC) AS place FROM may)
  SELECT CASE WHEN place <= 3 THEN app ELSE 'rest' END, sum(value) FROM ranked GROUP BY 1 ORDER BY min(place);
SELECT app, value FROM (SELECT 0 AS last, app, value FROM may UNION ALL SELECT 1, 'all', sum(value) FROM may) ORDER BY last, app;

-- ** The two best of each platform?
WITH sums AS (SELECT platform, app, sum(value) AS value FROM revenue WHERE day LIKE '2025-05%' GROUP BY 1, 2),
  ranked AS (SELECT *, rank() OVER (PARTITION BY platform ORDER BY value DESC) AS place FROM sums)
  SELECT platform, app, value FROM ranked WHERE place <= 2 ORDER BY platform, place;

-- ** How far is each from the leader, and from the average of its kind?
WITH means AS (SELECT category, app, avg(value) AS value FROM earned JOIN category USING (app) WHERE day LIKE '2025-05%' GROUP BY 1, 2)
  SELECT category, app, value / max(value) OVER (), value / avg(value) OVER (PARTITION BY category) FROM means ORDER BY 1, 2;

-- ** Which are in the upper quarter?
WITH means AS (SELECT app, avg(value) AS value FROM earned WHERE day LIKE '2025-05%' GROUP BY 1),
  ordered AS (SELECT value, row_number() OVER (ORDER BY value) - 1 AS place, count(*) OVER () - 1 AS most FROM means),
  quarter AS (SELECT value FROM ordered WHERE place = most * 3 / 4)
  SELECT app, means.value, quarter.value FROM means JOIN quarter WHERE means.value >= quarter.value ORDER BY app;

-- ** How concentrated is it (HHI)?
WITH shares AS (SELECT app, value * 1.0 / sum(value) OVER () AS share FROM may)
  SELECT app, sum(share * share) OVER () FROM shares ORDER BY app LIMIT 1;

-- ** How much does each kind of app take?
SELECT category, sum(value), sum(value) * 1.0 / (SELECT sum(value) FROM may) FROM may JOIN category USING (app) GROUP BY 1 ORDER BY 1;

-- ** What do all products sell for, at their own prices?
SELECT month, sum(p.value * u.value), sum(p.value * u.value) / sum(u.value) FROM price p JOIN units u USING (month, product) GROUP BY 1 ORDER BY 1;

-- ** In one or the other?
SELECT sum(value) FROM revenue WHERE day LIKE '2025-05%' AND (app = 'Alpha' OR platform = 'web');

-- ** How much of the growth is whose?
WITH sides AS (SELECT app, sum(CASE WHEN day LIKE '2025%' THEN value END) AS now, sum(CASE WHEN day LIKE '2024%' THEN value END) AS then_
    FROM revenue WHERE day LIKE '2025-05%' OR day LIKE '2024-05%' GROUP BY app)
  SELECT app, now - then_, (coalesce(now, 0) - coalesce(then_, 0)) * 1.0 / sum(then_) OVER () FROM sides ORDER BY app;

-- ** Did prices or numbers do it?
SELECT product, '2025-05', p.then_ * (u.now - u.then_), u.now * (p.now - p.then_)
  FROM (SELECT product, max(value) FILTER (WHERE month = '2025-05') AS now, max(value) FILTER (WHERE month = '2025-04') AS then_ FROM price GROUP BY 1) p
  JOIN (SELECT product, max(value) FILTER (WHERE month = '2025-05') AS now, max(value) FILTER (WHERE month = '2025-04') AS then_ FROM units GROUP BY 1) u
  USING (product) ORDER BY 1;

-- ** Did the average price rise because prices did, or because people bought other things?
WITH u AS (SELECT product, month, value * 1.0 / sum(value) OVER (PARTITION BY month) AS share FROM units)
  SELECT now.product, '2025-05', now.share * (p.value - q.value), (now.share - then_.share) * q.value
  FROM u now JOIN u then_ ON then_.product = now.product AND then_.month = '2025-04'
  JOIN price p ON p.product = now.product AND p.month = '2025-05' JOIN price q ON q.product = now.product AND q.month = '2025-04'
  WHERE now.month = '2025-05' ORDER BY 1;

-- ** Which release came before the jump?
WITH w AS (SELECT date(day, 'weekday 0', '-6 days') AS monday, avg(value) AS value FROM dau
    WHERE app = 'Alpha' AND platform = 'app' AND day BETWEEN '2025-01-06' AND '2025-06-15' GROUP BY 1),
  cuts AS (SELECT c.monday, (SELECT avg(ln(value)) FROM w WHERE monday < c.monday) AS a, (SELECT avg(ln(value)) FROM w WHERE monday >= c.monday) AS b
    FROM w c WHERE (SELECT count(*) FROM w WHERE monday < c.monday) >= 2 AND (SELECT count(*) FROM w WHERE monday >= c.monday) >= 2),
  best AS (SELECT monday FROM cuts c ORDER BY (SELECT sum((ln(w.value) - CASE WHEN w.monday < c.monday THEN c.a ELSE c.b END) *
    (ln(w.value) - CASE WHEN w.monday < c.monday THEN c.a ELSE c.b END)) FROM w) LIMIT 1)
  SELECT '2025-W' || CAST((strftime('%j', monday, '+3 days') - 1) / 7 + 1 AS INTEGER), (SELECT avg(value) FROM w WHERE w.monday < best.monday),
    (SELECT avg(value) FROM w WHERE w.monday >= best.monday), 'Alpha 5', '2025-04-08', julianday(monday) - julianday('2025-04-08') FROM best;

-- ** Four weeks before and after a release?
WITH released AS (SELECT 'Alpha' AS app, '2025-04-08' AS day UNION ALL SELECT 'Beta', '2025-05-13')
  SELECT r.app, avg(value) FILTER (WHERE d.day >= r.day) / avg(value) FILTER (WHERE d.day < r.day) - 1
  FROM released r JOIN dau d ON d.app = r.app AND platform = 'app' AND d.day BETWEEN date(r.day, '-28 days') AND date(r.day, '+27 days')
  GROUP BY 1 ORDER BY 1;

-- ** Black Friday, year beside year?
SELECT f.day, CAST(julianday(t.day) - julianday(f.day) AS INTEGER), value
  FROM (SELECT '2023-11-24' AS day UNION ALL SELECT '2024-11-29') f
  JOIN total t ON t.day BETWEEN date(f.day, '-1 day') AND date(f.day, '+1 day') ORDER BY 1, 2;

-- ** The first days after each had passed 10,000 users?
WITH passed AS (SELECT app, min(day) AS day FROM dau WHERE platform = 'app' AND app IN ('Gamma', 'Theta') AND value >= 10000 GROUP BY 1)
  SELECT app, CAST(julianday(d.day) - julianday(p.day) AS INTEGER), value FROM passed p JOIN dau d USING (app)
  WHERE platform = 'app' AND d.day BETWEEN p.day AND date(p.day, '+2 days') ORDER BY 1, 2;

-- ** Which days are far from the same weekday of the four weeks before?
WITH compared AS (SELECT day, value / (SELECT avg(value) FROM earned w WHERE app = 'Delta' AND w.day IN
    (date(t.day, '-7 days'), date(t.day, '-14 days'), date(t.day, '-21 days'), date(t.day, '-28 days'))) - 1 AS off
    FROM earned t WHERE app = 'Delta' AND day BETWEEN '2024-11-01' AND '2024-12-31')
  SELECT day, off FROM compared WHERE abs(off) > 0.3 ORDER BY day;

-- ** On how many days in a row did it fall?
WITH changes AS (SELECT app, day, value - lag(value) OVER (PARTITION BY app ORDER BY day) AS change FROM earned),
  falls AS (SELECT app, julianday(day) - row_number() OVER (PARTITION BY app ORDER BY day) AS island FROM changes
    WHERE day LIKE '2025-05%' AND change < 0)
  SELECT app, max(n) FROM (SELECT app, count(*) AS n FROM falls GROUP BY app, island) GROUP BY app ORDER BY app;

-- ** Do changes in one go with changes in the other?
WITH both AS (SELECT r.day, r.value * 1.0 / lag(r.value) OVER (ORDER BY r.day) - 1 AS x, d.value * 1.0 / lag(d.value) OVER (ORDER BY r.day) - 1 AS y
    FROM revenue r JOIN dau d USING (day, app, platform) WHERE app = 'Delta' AND platform = 'web'),
  m AS (SELECT avg(x) AS x, avg(y) AS y FROM both WHERE day LIKE '2025-05%')
  SELECT sum((b.x - m.x) * (b.y - m.y)) / sqrt(sum((b.x - m.x) * (b.x - m.x)) * sum((b.y - m.y) * (b.y - m.y)))
  FROM both b JOIN m WHERE day LIKE '2025-05%';

-- ** How much of the target is reached?
SELECT month, (SELECT sum(value) FROM revenue WHERE substr(day, 1, 7) = month) * 1.0 / value FROM target WHERE month < '2025-06' ORDER BY 1;

-- ** Of the part that is due so far, and where will the month end at this pace?
SELECT sum(value) / (6100000.0 * count(*) / 30), avg(value) * 30 FROM total WHERE day BETWEEN '2025-06-01' AND '2025-06-15';

-- ** In how many days will it reach a level, if it goes on so?
WITH d AS (SELECT julianday(day) AS x, value AS y FROM dau WHERE app = 'Gamma' AND platform = 'app' AND day > date('2025-06-15', '-90 days')),
  m AS (SELECT avg(x) AS x, avg(y) AS y FROM d)
  SELECT (60000 - (SELECT y FROM d ORDER BY x DESC LIMIT 1)) / (sum((d.x - m.x) * (d.y - m.y)) / sum((d.x - m.x) * (d.x - m.x))) FROM d JOIN m;

-- ** Which days are missing?
WITH RECURSIVE days (day) AS (SELECT '2025-03-01' UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < '2025-06-15')
  SELECT day, NULL FROM days WHERE day NOT IN (SELECT day FROM dau WHERE app = 'Beta' AND platform = 'web') ORDER BY 1;

-- ** How fresh is it?
SELECT platform, max(day), CAST(julianday('2025-06-15') - julianday(max(day)) AS INTEGER) FROM dau WHERE app = 'Beta' GROUP BY 1 ORDER BY 1;

-- ** Is a fall a fall, or a platform that is late?
SELECT day, max(value), CASE count(*) WHEN 2 THEN sum(value) END FROM dau
  WHERE app = 'Beta' AND day BETWEEN '2025-06-13' AND '2025-06-14' GROUP BY 1 ORDER BY 1;
