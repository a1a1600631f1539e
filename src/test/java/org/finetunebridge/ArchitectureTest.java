package org.finetunebridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The walls between the packages: the core knows no framework, and arrows run one way. */
@AnalyzeClasses(packages = "org.finetunebridge", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] CORE = {"org.finetunebridge.event..", "org.finetunebridge.state..", "org.finetunebridge.provider..",
        "org.finetunebridge.polling..", "org.finetunebridge.deadletter..", "org.finetunebridge.text..", "org.finetunebridge.sink"};

    @ArchTest
    static final ArchRule KEEPS_FRAMEWORKS_OUT_OF_THE_CORE = noClasses().that().resideInAnyPackage(CORE).should().dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel..", "org.apache.kafka..", "org.apache.hc..", "java.net.http..");

    @ArchTest
    static final ArchRule KEEPS_CAMEL_WITH_THOSE_WHO_RUN_ON_IT = noClasses().that().resideOutsideOfPackages("org.finetunebridge.camel..",
            "org.finetunebridge.observability..", "org.finetunebridge.cli..", "org.finetunebridge.karaf..", "org.finetunebridge.connect..",
            "org.finetunebridge.simulator..", "org.finetunebridge.sink.kafka..").should().dependOnClassesThat()
            .resideInAPackage("org.apache.camel..");

    @ArchTest
    static final ArchRule HAS_NO_CYCLES = slices().matching("org.finetunebridge.(*)..").should().beFreeOfCycles();

    /** Its seed is the same in every thread that did not ask for one: what restarts together would ask together. */
    @ArchTest
    static final ArchRule DRAWS_JITTER_FROM_A_SEEDED_RANDOM = noClasses().should().dependOnClassesThat().areAssignableTo(
            ThreadLocalRandom.class);

    /** By their names, for classes of others are not read: that takes most of the time. */
    @ArchTest
    static void namesExceptionsAsSuch(JavaClasses all) {
        assertThat(all.stream().filter(one -> one.getRawSuperclass().map(parent -> parent.getSimpleName().matches(".*(Exception|Error)"))
                .orElse(false)).map(JavaClass::getSimpleName)).isNotEmpty().allMatch(name -> name.endsWith("Exception"));
    }

    @ArchTest
    static void usesNoNameTwice(JavaClasses all) {
        assertThat(all.stream().filter(JavaClass::isTopLevelClass).filter(one -> !one.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getSimpleName, Collectors.mapping(JavaClass::getName, Collectors.toList())))
                .values()).filteredOn(names -> names.size() > 1).isEqualTo(List.of());
    }
}
