using System.Text.Json.Serialization;

namespace XenStack.Tool;

/// <summary>The JSON of verbs that report as they go: one document a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoreNode))]
[JsonSerializable(typeof(FrameReport))]
internal sealed partial class ToolLineContext : JsonSerializerContext;
