using System.Text.Json;

namespace Xen.Hosts.Tests.Tool;

[Collection(ConsoleCollection.Name)]
public class StoreTests
{
    [Fact]
    public async Task A_value_is_read()
    {
        Assert.Equal("guest\n", (await ToolRun.Of("store", "read", "name")).Succeeded());
        JsonElement node = (await ToolRun.Of("store", "read", "/local/domain/1/name", "--json")).SucceededWithJson();
        Assert.Equal("/local/domain/1/name", node.GetProperty("path").GetString());
        Assert.Equal("guest", node.GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_tree_is_listed_in_order_with_every_node()
    {
        JsonElement nodes = (await ToolRun.Of("store", "ls", "device", "--json")).SucceededWithJson();
        string[] paths = [.. nodes.EnumerateArray().Select(node => node.GetProperty("path").GetString()!)];
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Contains("device/vif/0/backend", paths);
        string text = (await ToolRun.Of("store", "ls", "device/vif/0")).Succeeded();
        Assert.Contains("device/vif/0/backend = \"/local/domain/0/backend/vif/1/0\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_domain_may_not_read_is_listed_as_such()
    {
        string text = (await ToolRun.Of("store", "ls", "/")).Succeeded();
        Assert.Contains("/local/domain/0 (not readable for this domain)\n", text, StringComparison.Ordinal);
        Assert.Contains("/local/domain/1/name = \"guest\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_and_a_removal_say_nothing_and_do_it()
    {
        // Each command is a run of its own: what it did is seen by what a second one in the same run would be refused.
        Assert.Equal("", (await ToolRun.Of("store", "write", "data/note", "hello")).Succeeded());
        JsonElement node = (await ToolRun.Of("store", "write", "data/note", "hello", "--json")).SucceededWithJson();
        Assert.Equal("hello", node.GetProperty("value").GetString());
        Assert.Equal("", (await ToolRun.Of("store", "rm", "data")).Succeeded());
    }

    [Fact]
    public async Task A_watch_prints_what_is_there_and_one_document_a_line()
    {
        Assert.Equal("name = \"guest\"\n", (await ToolRun.Of("store", "watch", "name", "--count", "1")).Succeeded());
        string line = (await ToolRun.Of("store", "watch", "nothing", "--count", "1", "--json")).Succeeded();
        Assert.Equal("{\"path\":\"nothing\",\"value\":null}\n", line);
    }

    [Fact]
    public async Task A_watch_that_nothing_can_ever_end_says_so()
    {
        ToolRun run = await ToolRun.Of("store", "watch", "name");
        Assert.Equal("name = \"guest\"\n", run.Output);
        run.Refused(1, "wait for ever", "simulation");
    }

    [Fact]
    public async Task What_is_refused_is_one_line_with_the_node()
    {
        (await ToolRun.Of("store", "read", "nowhere")).Refused(1, "nowhere", "ENOENT", "no such node");
        (await ToolRun.Of("store", "ls", "nowhere")).Refused(1, "nowhere", "ENOENT");
        (await ToolRun.Of("store", "rm", "nowhere")).Refused(1, "nowhere", "no such node");
        (await ToolRun.Of("store", "rm", "name")).Refused(1, "name", "EACCES");
        (await ToolRun.Of("store", "write", "/somewhere", "x")).Refused(1, "/somewhere", "EACCES");
        (await ToolRun.Of("store", "write", "data/x", new string('x', 5000))).Refused(1, "data/x");
        (await ToolRun.Of("store", "watch", "name", "--count", "0")).Refused(64, "--count is '0'", "from 1 to");
    }
}
