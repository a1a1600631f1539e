package org.finetunebridge.polling;

import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.StateDiff;

/**
 * What is read once, after the end of a job: one answer, asked with what the job's record says. That it was read is
 * remembered with what it showed.
 *
 * @param resource its name
 */
record OnceReader(String resource) implements ListReader {

    @Override
    public String first() {
        return "";
    }

    @Override
    public ListPosition begin(Cursor published) {
        return ListPosition.at(published.mark() == null ? "" : published.mark(), 0);
    }

    @Override
    public Step read(ListPosition at, PublishedState published, RecordPage page, boolean over) {
        StateDiff diff = StateDiff.ofNext(published, page.results(), resource);
        return new Step(new StateDiff(diff.items(), diff.rejected(), diff.published().withDone(resource), diff.known()), null, null);
    }
}
