# llama.cpp spends its time in the kernels of ggml. What only reads templates, options and pictures, or strings
# the layers of a model together, is compiled with little optimisation: that takes a third off its build.
if(NOT PROJECT_NAME STREQUAL "llama.cpp" OR MSVC OR CMAKE_VERSION VERSION_LESS 3.19)
    return()
endif()

function(colophon_compile_quickly)
    foreach(target llama-common mtmd)
        if(TARGET ${target})
            target_compile_options(${target} PRIVATE -O1)
        endif()
    endforeach()
    if(TARGET llama)
        get_target_property(sources llama SOURCES)
        list(FILTER sources INCLUDE REGEX "models/")
        set_source_files_properties(${sources} TARGET_DIRECTORY llama PROPERTIES COMPILE_OPTIONS -O1)
    endif()
endfunction()

cmake_language(DEFER CALL colophon_compile_quickly)
