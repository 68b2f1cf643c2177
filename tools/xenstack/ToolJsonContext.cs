using System.Text.Json.Serialization;

namespace XenStack.Tool;

/// <summary>The JSON documents that the tool prints, serialised without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<Finding>))]
[JsonSerializable(typeof(List<StoreNode>))]
[JsonSerializable(typeof(DiskReport))]
[JsonSerializable(typeof(TransferReport))]
[JsonSerializable(typeof(PingReport))]
[JsonSerializable(typeof(SendReport))]
internal sealed partial class ToolJsonContext : JsonSerializerContext;
