package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Confirmation;
import org.finetunebridge.sink.FlakySink;
import org.finetunebridge.sink.FlakySink.Commit;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.Test;

/** Pages that are read and not committed yet. */
class UnconfirmedPagesTest {

    private final Deque<Runnable> commits = new ArrayDeque<>();
    private final FlakySink sink = new FlakySink();
    private final Publisher publisher = new Publisher(sink, commits::add);
    private final UnconfirmedPages pages = new UnconfirmedPages();

    @Test
    void isBasedOnThePageThatWasQueuedBefore() {
        pages.ready();
        assertThat(pages.basis()).isNull();
        Confirmation first = add("1");
        pages.ready();
        assertThat(pages.basis()).isSameAs(first);
        Confirmation second = add("2");
        assertThat(pages.basis()).as("until the next is read").isSameAs(first);
        pages.ready();
        assertThat(pages.basis()).isSameAs(second);
        commit();
        pages.ready();

        assertThat(pages.basis()).isNull();
    }

    @Test
    void takesWhatIsCommittedOnce() {
        add("1");
        assertThat(pages.takeCommitted()).isEmpty();
        commit();
        add("2");

        assertThat(pages.takeCommitted()).singleElement().extracting(UnconfirmedPages.Page::resource).isEqualTo("1");
        assertThat(pages.isEmpty()).isFalse();
        assertThat(pages.takeCommitted()).isEmpty();
        commit();
        assertThat(pages.takeCommitted()).hasSize(1);
        assertThat(pages.isEmpty()).isTrue();
    }

    @Test
    void saysOnceWhyPagesAreLost() {
        sink.next(List.of(Commit.LOST));
        add("1");
        assertThat(pages.lost()).isNull();
        commit();
        assertThat(pages.lost()).isInstanceOf(SinkUnavailableException.class);
        assertThat(pages.rollBack().resource()).isZero();
        assertThat(pages.isEmpty()).isTrue();

        assertThat(pages.takeLost()).isInstanceOf(SinkUnavailableException.class);
        assertThat(pages.takeLost()).isNull();
    }

    @Test
    void goesBackToWhereTheFirstPageStood() {
        add("1");
        add("2");
        assertThat(pages.rollBack().resource()).isZero();
        assertThat(pages.rollBack()).isNull();
        assertThat(pages.basis()).isNull();
    }

    /** It would wait for ever. */
    @Test
    void takesNoPageThatNobodyCommits() {
        pages.drafted(batch("1"));

        assertThatThrownBy(() -> pages.add(null, "1", true, true, 0, null)).isInstanceOf(IllegalStateException.class);
    }

    private Confirmation add(String name) {
        Batch batch = batch(name);
        publisher.publish(batch);
        pages.drafted(batch);
        return pages.add(new Progress(Integer.parseInt(name) - 1, null, null), name, true, true, 0, null);
    }

    private Batch batch(String name) {
        return new Batch(publisher.session(), List.of(), List.of(), List.of(JobState.blank("acme", name)), null,
                new Confirmation(null));
    }

    private void commit() {
        for (Runnable commit = commits.poll(); commit != null; commit = commits.poll()) {
            commit.run();
        }
    }
}
