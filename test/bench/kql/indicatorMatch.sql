-- What the rule "ThreatConnect TI map IP entity to Network Session Events" finds, written by hand. $1 and $2: the window's begin and
-- end; indicators are those of the 14 days before the end. Only sessions with an indicator's address are grouped.
WITH indicators AS MATERIALIZED (
  SELECT "IoCIP", "IndicatorId", "Description", "ActivityGroupNames", "ThreatType", "ExpirationDateTime", "ConfidenceScore", "ThreatSeverity"
  FROM (
    SELECT *, CASE WHEN "NetworkIP" <> '' THEN "NetworkIP" WHEN "NetworkDestinationIP" <> '' THEN "NetworkDestinationIP"
      WHEN "NetworkSourceIP" <> '' THEN "NetworkSourceIP" ELSE "EmailSourceIpAddress" END AS "IoCIP"
    FROM "ThreatIntelligenceIndicator"
    WHERE "TimeGenerated" >= $2::TIMESTAMP - INTERVAL 14 DAY AND "TimeGenerated" < $2::TIMESTAMP
    QUALIFY row_number() OVER (PARTITION BY "IndicatorId" ORDER BY "TimeGenerated" DESC) = 1
  )
  WHERE "Active" AND "ExpirationDateTime" > $2::TIMESTAMP AND starts_with(lower("SourceSystem"), 'threatconnect-') AND "IoCIP" <> ''
), addresses AS MATERIALIZED (SELECT DISTINCT "IoCIP" FROM indicators
), touched AS MATERIALIZED (
  SELECT s."SrcIpAddr", s."DstIpAddr", "DstPortNumber", "EventProduct", "EventVendor",
    coalesce(nullif("DvcFQDN", ''), nullif("DvcHostname", ''), nullif("DvcIpAddr", ''), nullif("DvcId", ''), concat("EventVendor", '/', "EventProduct")) AS "Dvc",
    coalesce("EventStartTime", "TimeGenerated") AS "Begin", coalesce("EventEndTime", "TimeGenerated") AS "End",
    CASE WHEN "EventOriginalUid" <> '' THEN "EventOriginalUid"
      ELSE concat(coalesce("EventStartTime", "TimeGenerated"), '|', "SrcPortNumber") END AS "Session",
    d."IoCIP" AS "IsDestination", o."IoCIP" AS "IsSource"
  FROM "ASimNetworkSessionLogs" s
    LEFT JOIN addresses d ON s."DstIpAddr" = d."IoCIP" LEFT JOIN addresses o ON s."SrcIpAddr" = o."IoCIP"
  WHERE "TimeGenerated" >= $1::TIMESTAMP AND "TimeGenerated" < $2::TIMESTAMP AND (d."IoCIP" IS NOT NULL OR o."IoCIP" IS NOT NULL)
), grouped AS MATERIALIZED (
  SELECT "SrcIpAddr", "DstIpAddr", "DstPortNumber", "Dvc", "EventProduct", "EventVendor",
    min("Begin") AS "FirstTime", max("End") AS "LastTime", count(DISTINCT "Session") AS "Sessions"
  FROM touched GROUP BY ALL
), matched AS (
  SELECT g.*, i.*, 'Destination' AS "IoCDirection" FROM grouped g JOIN indicators i ON g."DstIpAddr" = i."IoCIP"
  UNION ALL
  SELECT g.*, i.*, 'Source' AS "IoCDirection" FROM grouped g JOIN indicators i ON g."SrcIpAddr" = i."IoCIP"
)
SELECT min("FirstTime") AS "imNWS_mintime", max("LastTime") AS "imNWS_maxtime", "Description", "ActivityGroupNames", "IndicatorId",
  "ThreatType", "ExpirationDateTime", "ConfidenceScore", "SrcIpAddr", "DstIpAddr", "IoCDirection", "IoCIP", "Dvc", "EventVendor",
  "EventProduct", list("DstPortNumber" ORDER BY "DstPortNumber")[:100] AS "DstPorts", sum("Sessions") AS "Sessions"
FROM matched
GROUP BY "SrcIpAddr", "DstIpAddr", "Dvc", "EventProduct", "EventVendor", "IoCDirection", "IoCIP", "IndicatorId", "Description",
  "ActivityGroupNames", "ThreatType", "ExpirationDateTime", "ConfidenceScore", "ThreatSeverity"
HAVING min("FirstTime") < "ExpirationDateTime"
QUALIFY row_number() OVER (PARTITION BY "SrcIpAddr", "DstIpAddr", "Dvc", "EventProduct", "EventVendor", "IoCDirection"
  ORDER BY "ThreatSeverity" DESC NULLS LAST, "ConfidenceScore" DESC NULLS LAST, "IndicatorId") = 1
