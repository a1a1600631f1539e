package org.finetunebridge.camel;

import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Date;
import java.util.TimeZone;
import org.finetunebridge.settings.SettingsReader.CronValidator;
import org.quartz.CronExpression;

/** What Quartz, which fires the cron expressions, says of them. */
public final class QuartzCronValidator implements CronValidator {

    @Override
    public String problem(String cron, ZoneId zone, Instant now) {
        try {
            var expression = new CronExpression(cron);
            expression.setTimeZone(TimeZone.getTimeZone(zone));
            return expression.getNextValidTimeAfter(Date.from(now)) != null ? null
                    : "it never fires: no day from now on matches all of its fields";
        } catch (ParseException | RuntimeException e) {
            return "not a Quartz cron expression (seconds first, six or seven fields), such as '0 0/5 * * * ?' for every"
                    + " five minutes";
        }
    }
}
