-- What the rule "Network Port Sweep from External Network" finds, written by hand. $1 and $2: the window's begin and end.
WITH inbound AS MATERIALIZED (
  SELECT "DstPortNumber", "DstIpAddr", "SrcIpAddr",
    min(coalesce("EventStartTime", "TimeGenerated")) AS "FirstTime",
    max(coalesce("EventEndTime", "TimeGenerated")) AS "LastTime",
    count(DISTINCT CASE WHEN "EventOriginalUid" <> '' THEN "EventOriginalUid"
      ELSE concat(coalesce("EventStartTime", "TimeGenerated"), '|', "SrcPortNumber") END) AS "Sessions"
  FROM rows."ASimNetworkSessionLogs"
  WHERE "TimeGenerated" >= $1::TIMESTAMP AND "TimeGenerated" < $2::TIMESTAMP
    AND ("EventEndTime" IS NULL OR "EventEndTime" >= $1::TIMESTAMP)
    AND "NetworkDirection" = 'Inbound' AND "DstIpAddr" <> '' AND "DstPortNumber" IS NOT NULL
  GROUP BY ALL
), swept AS (
  SELECT "DstPortNumber", count(*) AS "TargetCount", list("DstIpAddr" ORDER BY "DstIpAddr")[:100] AS "DstIpAddrs"
  FROM (SELECT DISTINCT "DstPortNumber", "DstIpAddr" FROM inbound)
  GROUP BY "DstPortNumber" HAVING count(*) > 20
), sources AS (
  SELECT "DstPortNumber", "SrcIpAddr", min("FirstTime") AS "FirstTime", max("LastTime") AS "LastTime",
    sum("Sessions") AS "Sessions", count(*) AS "TargetsOfSource"
  FROM inbound GROUP BY "DstPortNumber", "SrcIpAddr"
)
SELECT "DstPortNumber", "SrcIpAddr", "TargetCount", "TargetsOfSource", "Sessions", "FirstTime", "LastTime", "DstIpAddrs"
FROM sources JOIN swept USING ("DstPortNumber")
QUALIFY row_number() OVER (PARTITION BY "DstPortNumber" ORDER BY "TargetsOfSource" DESC, "SrcIpAddr") <= 100
ORDER BY "DstPortNumber", "TargetsOfSource" DESC, "SrcIpAddr"
