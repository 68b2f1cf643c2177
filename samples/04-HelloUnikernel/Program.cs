using Xen.Hosting;

return await XenGuest.RunAsync(args, async guest =>
{
    string name = await guest.Store.ReadTextAsync("name");
    Console.WriteLine($"Hello from {name}, {guest.Id}, on {guest.HostName}.");
});
