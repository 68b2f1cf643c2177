// Compiled into the program, so that its host is known before Main runs, with no line of the program's own.
namespace Xen.Unikernel.Generated;

internal static class RegisterHost
{
    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void Register()
    {
        if (Xen.Hosting.XenGuest.IsBareMetal)
        {
            Xen.Hosting.XenGuest.Register(new Xen.Unikernel.UnikernelHost());
        }
    }
}
