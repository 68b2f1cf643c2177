using Xen.Speed;

if (args is not [var address])
{
    System.Console.Error.WriteLine("expected: the IPv4 address of this guest");
    return 64;
}

return await UnikernelAgent.RunAsync(address);
