using System.CommandLine;

namespace XenStack.Tool;

/// <summary>The command line: global options and the verbs.</summary>
internal sealed class XenStackCommand : RootCommand
{
    public XenStackCommand()
        : base("Looks at and drives the devices of a Xen guest, on a simulated Xen or on /dev/xen.")
    {
        var options = new GlobalOptions();
        options.AddTo(this);
        Add(new DoctorCommand(options));
        Add(new StoreCommand(options));
        Add(new BlkCommand(options));
        Add(new NetCommand(options));
    }
}
