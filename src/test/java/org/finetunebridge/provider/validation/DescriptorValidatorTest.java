package org.finetunebridge.provider.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.provider.validation.ProviderValidator.ValidationReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorValidatorTest {

    private final ValidationReport report = new ValidationReport();

    @TempDir
    private Path folder;

    /** Each in line 3, behind a list and an own key. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            base-url = api.acme.org       | base-url is no http or https address: api.acme.org
            base-url = https://a.org/v1?x | base-url is no http or https address: https://a.org/v1?x
            time-zone = Mars              | no such time zone: Mars
            like = nobody                 | like names a provider that is not there: nobody
            page-size.jobs = 0            | page-size.jobs is no number of records: 0
            page-size.jobs = 1000000      | page-size.jobs is no number of records: 1000000
            page-size.jobs = many         | page-size.jobs is no number of records: many
            page-size.jobs                | page-size.jobs is no number of records: ''
            header.1st = group            | header.1st is no name of a header
            header.X_Group = group        | header.X_Group is no name of a header
            header.X-Group = size         | header.X-Group names the key size, which is none of the provider's own: \
            key.size
            header.X-Group =              | header.X-Group names the key , which is none of the provider's own: key.
            signature = md5               | no such way to sign: md5; there are bce-auth-v1
            signature = bce-auth-v1       | signature needs key.access-key, the name of the secret that the api key is
            key-query = a b               | key-query is no name of a parameter: a b
            follow = points, ?wish        | follow names no resource before the question mark: ?wish
            follow = ?                    | follow names no resource before the question mark: ?
            settling = points             | settling names points, which is neither list, job nor followed
            optional = jobs               | optional names jobs, which is not followed: without a list, or the job \
            that was asked for, nothing can be read
            once = jobs                   | once names jobs, which list names, too: it is read once, as a whole, and \
            nothing else
            key. = 1                      | no such key: key.; there are after, base-url, follow, growing, indexed, \
            job, key-header, key-prefix, key-query, like, list, list.first, numbered, once, optional, rate-limits, \
            recent, regions, request-id-header, settling, signature, time-zone, whole, key.*, header.*, fields.*, \
            first.*, page-size.*
            """)
    void saysWhatADescriptorCannotMeanAndWhere(String line, String problem) throws IOException {
        assertThat(problems("list = jobs\nkey.group =\n" + line + '\n'))
                .containsExactly("acme.properties:3: " + problem.replace("''", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base-url = http://127.0.0.1:8080/v1", "base-url =", "time-zone = Asia/Shanghai",
        "like = acme\\u0020", "page-size.jobs = 1", "page-size.jobs = 999999\\u0020",
        "header.X-Group = group\\u0020", "key-query = api_key", "signature = bce-auth-v1\nkey.access-key = !required",
        "follow = points?wish\noptional = points\nsettling = points", "once = results",
        "fields.jobs = id\nfirst.jobs = 1\nlist.first = 1", "job = job\nafter = job"})
    void findsNothingWrongWithWhatItCanMean(String lines) throws IOException {
        assertThat(problems("list = jobs\nkey.group =\n" + lines + '\n')).isEmpty();
        assertThat(report.hints()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "list =", "list = \\u0020"})
    void asksForTheListOfJobs(String lines) throws IOException {
        assertThat(problems(lines))
                .containsExactly("acme.properties: list is missing: the resource that lists an account's jobs");
    }

    /** Whoever wrote it twice means the last, as the program does. */
    @ParameterizedTest
    @CsvSource({"'like = a\nlist = jobs\nlike = b', :3", "'like: b\nlist = jobs\nlikes: b', :1",
        "'\n  like b\nlist = jobs', :2", "'list = jobs\n#like = a\nlike=b', :3", "'list = jobs\nli\\u006be = b', ''"})
    void namesTheLineOfTheValueThatCounts(String lines, String line) throws IOException {
        assertThat(problems(lines))
                .contains("acme.properties" + line + ": like names a provider that is not there: b");
    }

    @Test
    void findsEachResourceThatIsReadOnceAndOtherwise() throws IOException {
        String lines = "list = jobs\njob = job\nfollow = points?wish, logs\ngrowing = logs\nonce = job, logs, file";
        assertThat(problems(lines)).containsExactly(
                "acme.properties:5: once names job, which job names, too: it is read once, as a whole, and nothing"
                        + " else",
                "acme.properties:5: once names logs, which follow names, too: it is read once, as a whole, and nothing"
                        + " else",
                "acme.properties:5: once names logs, which growing names, too: it is read once, as a whole, and nothing"
                        + " else");
    }

    @Test
    void knowsTheResourcesInTheOrderTheyAreNamed() throws IOException {
        var validator = validator("acme",
                "once = file\nfollow = points?wish, logs, job\njob = job\nlist = jobs\nkey.b =\nkey.a = 1");
        assertThat(validator.resources()).containsExactly("jobs", "job", "points", "logs", "file");
        assertThat(validator.ownKeys()).containsExactly("a", "b");
    }

    @Test
    void saysWhatAProviderShouldNotBeNamed() throws IOException {
        validator("Acme", "list = jobs");
        assertThat(report.lines())
                .containsExactly("Acme.properties: a provider's name is lower-case letters, digits and -");
        assertThat(report.hints()).isEmpty();

        validator("bridge", "list = jobs");
        assertThat(report.lines()).as("works, but is no good name").hasSize(1);
        assertThat(report.hints()).containsExactly("bridge.properties: bridge is a word of the bridge's own, with which"
                + " other keys, files or routes begin: choose another name");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", textBlock = """
            a, null
            a2-b, null
            abcdefghijklmnopqrstuvwxyzabcdefghijklmno, null
            abcdefghijklmnopqrstuvwxyzabcdefghijklmnop, ' is no name for a provider: lower-case letters, digits and -, \
            at most 41'
            Acme, ' is no name for a provider: lower-case letters, digits and -, at most 41'
            poll, ' is a word of the bridge''s own, with which other keys, files or routes begin: choose another name'
            7up, ' begins with a digit, and no shell sets a variable of such a name, so its key could not come from \
            the environment: begin with a letter'
            """)
    void saysWhyAProviderShouldNotBeNamedSo(String name, String refusal) {
        assertThat(Optional.ofNullable(ProviderValidator.refusalOfName(name)))
                .isEqualTo(Optional.ofNullable(refusal).map(name::concat));
    }

    private List<String> problems(String text) throws IOException {
        validator("acme", text).look();
        return report.lines();
    }

    private DescriptorValidator validator(String provider, String text) throws IOException {
        Files.writeString(folder.resolve(provider + ".properties"), text);
        var files = new RouteFiles(DescriptorValidatorTest.class.getClassLoader(), List.of(), List.of(folder));
        return new DescriptorValidator(provider, files, report);
    }
}
