package sluice.tck;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.testng.ITestListener;
import org.testng.ITestResult;
import org.testng.TestNG;

/**
 * Runs one suite against one Node process and writes a line for each test: its result, its name, and why.
 *
 * <p>Arguments: 'publisher' or 'processor', the file to write, and the command that starts Node.
 */
public final class Run implements ITestListener {
  private static Bridge bridge;

  private final PrintWriter lines;

  private Run(PrintWriter lines) {
    this.lines = lines;
  }

  static Bridge bridge() {
    return bridge;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Class<?> suite = arguments[0].equals("publisher") ? PublisherSuite.class : ProcessorSuite.class;
    Run results = new Run(new PrintWriter(Files.newBufferedWriter(Path.of(arguments[1])), true));
    try (Bridge opened = new Bridge(Arrays.asList(arguments).subList(2, arguments.length))) {
      bridge = opened;
      TestNG testng = new TestNG(false);
      testng.setTestClasses(new Class<?>[] {suite});
      testng.addListener(results);
      testng.setVerbose(0);
      testng.run();
      for (String fatal : opened.fatal()) results.note("failed", "nothing is uncaught in Node", fatal);
    }
    // The TCK leaves threads of its own behind where a test fails.
    System.exit(0);
  }

  @Override
  public void onTestSuccess(ITestResult result) {
    note("passed", result.getName(), "");
  }

  @Override
  public void onTestFailure(ITestResult result) {
    note("failed", result.getName(), String.valueOf(result.getThrowable()));
  }

  @Override
  public void onTestSkipped(ITestResult result) {
    note("skipped", result.getName(), String.valueOf(result.getThrowable()));
  }

  @Override
  public void onTestFailedButWithinSuccessPercentage(ITestResult result) {
    onTestFailure(result);
  }

  private void note(String result, String test, String why) {
    lines.println(result + "\t" + test + "\t" + why.replaceAll("\\s+", " "));
  }
}
